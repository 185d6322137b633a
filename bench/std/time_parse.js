const fs = require("fs");
const read = (name) => fs.readFileSync(process.argv[2] + "/" + name, "utf8");
let total = 0;
for (const line of read("dates.txt").trimEnd().split("\n")) {
  const ms = Date.parse(line);
  total += (Math.floor(ms / 1000) % 1000) + (ms % 1000);
}
console.log(total);
