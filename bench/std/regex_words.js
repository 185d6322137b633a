const fs = require("fs");
const read = (name) => fs.readFileSync(process.argv[2] + "/" + name, "utf8");
const text = read("text.txt");
let total = 0;
for (const found of text.matchAll(/\w+/g)) total += found[0].length;
console.log(total + " " + text.match(/\b[a-d]\w*[xyz]\b/g).length);
