const fs = require("fs"), readline = require("readline");
(async () => {
  let count = 0, total = 0;
  for (let i = 0; i < 5; i++) {
    for await (const line of readline.createInterface({ input: fs.createReadStream(process.argv[2] + "/text.txt") })) {
      count++;
      total += line.length;
    }
  }
  console.log(count + " " + total);
})();
