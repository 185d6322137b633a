const fs = require("fs");
const read = (name) => fs.readFileSync(process.argv[2] + "/" + name, "utf8");
const text = read("text.txt");
let total = 0;
for (let k = 0; k < 2; k++) {
  for (const line of text.trimEnd().split("\n")) {
    const parts = line.split(" ");
    total += parts.length;
    for (const part of parts) {
      const word = (part.endsWith(",") ? part.slice(0, -1) : part).toUpperCase();
      if (word.startsWith("JO")) total += word.length;
    }
    total += parts.join("--").length;
    if (line.includes("casci")) total += 1;
  }
}
console.log(total + " " + text.replaceAll("jo", "yes").length);
