const fs = require("fs");
const read = (name) => fs.readFileSync(process.argv[2] + "/" + name, "utf8");
let total = 0;
for (const line of read("log.txt").trimEnd().split("\n")) {
  const place = line.split(" ")[4];
  const parts = new URL("https://host.example:8080" + place + "/%C3%A9?a=1&b=x%20y#top");
  total += parts.pathname.length + encodeURIComponent(parts.pathname).length + [...parts.searchParams].length;
}
console.log(total);
