const fs = require("fs");
const read = (name) => fs.readFileSync(process.argv[2] + "/" + name, "utf8");
const words = read("text.txt").match(/\S+/g), counts = new Map();
for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
let total = 0;
for (let k = 0; k < 2; k++) {
  for (const word of words) total += counts.get(word);
}
const names = new Map();
for (let i = 0; i < 50000; i++) names.set("name" + i, i);
for (let i = 0; i < 50000; i += 2) names.delete("name" + i);
for (let i = 0; i < 50000; i++) total += names.get("name" + i) ?? 1;
console.log(counts.size + " " + names.size + " " + total);
