const fs = require("fs");
let count = 0, total = 0;
function walk(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    count++;
    total += entry.name.length;
    if (entry.isDirectory()) walk(folder + "/" + entry.name);
  }
}
for (let i = 0; i < 5; i++) walk(process.argv[2] + "/tree");
console.log(count + " " + total);
