const fs = require("fs");
const read = (name) => fs.readFileSync(process.argv[2] + "/" + name, "utf8");
const text = read("text.txt");
const some = text.match(/jo|casci|rilpogu|tobimotun|wacfahgo|peramevri|selcad|nuji/g);
console.log(some.length + " " + text.match(/(?:mo|ka|ri)(?:t|l)?[.,]/g).length);
