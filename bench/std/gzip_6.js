const fs = require("fs");
const data = fs.readFileSync(process.argv[2] + "/text.txt");
console.log(data.length + " " + (require("zlib").gzipSync(data, { level: 6 }).length < data.length / 2));
