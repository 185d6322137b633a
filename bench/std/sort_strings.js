const fs = require("fs");
const read = (name) => fs.readFileSync(process.argv[2] + "/" + name, "utf8");
const words = read("text.txt").match(/\S+/g);
words.sort();
console.log(words.length + " " + words[0] + " " + words[70000] + " " + words[words.length - 1]);
