const fs = require("fs");
const data = fs.readFileSync(process.argv[2] + "/text.txt");
let total = 0;
for (let i = 0; i < 2; i++) {
  const text = data.toString("hex");
  total += text.length + Buffer.from(text, "hex").length;
}
console.log(total);
