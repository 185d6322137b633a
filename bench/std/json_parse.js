const fs = require("fs");
const read = (name) => fs.readFileSync(process.argv[2] + "/" + name, "utf8");
const text = read("people.json");
let total = 0;
for (let i = 0; i < 3; i++) {
  for (const person of JSON.parse(text)) total += person.tags.length + person.address.number;
}
console.log(total);
