const fs = require("fs");
const read = (name) => fs.readFileSync(process.argv[2] + "/" + name, "utf8");
const line = /^(\d+)\.(\d+)\.(\d+)\.(\d+) - \[([^\]]+)\] "(\w+) (\S+) [^"]*" (\d{3}) (\d+)$/;
let total = 0;
for (const text of read("log.txt").split("\n")) {
  const groups = line.exec(text);
  if (groups) total += Number(groups[4]) + groups[7].length + Number(groups[8]);
}
console.log(total);
