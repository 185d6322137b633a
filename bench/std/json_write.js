const fs = require("fs");
const read = (name) => fs.readFileSync(process.argv[2] + "/" + name, "utf8");
const people = JSON.parse(read("people.json"));
let total = 0;
for (let i = 0; i < 5; i++) total += Buffer.byteLength(JSON.stringify(people));
console.log(total);
