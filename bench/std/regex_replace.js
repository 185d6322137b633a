const fs = require("fs");
const read = (name) => fs.readFileSync(process.argv[2] + "/" + name, "utf8");
const text = read("log.txt");
const changed = text.replace(/(\d{4})-(\d\d)-(\d\d)T/g, "$3.$2.$1 ");
console.log(changed.length + " " + (changed.split("11.2023 ").length - 1) + " " + text.split(/[ "\[\]]+/).length);
