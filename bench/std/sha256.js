const fs = require("fs");
const data = fs.readFileSync(process.argv[2] + "/text.txt");
console.log(require("crypto").createHash("sha256").update(data).digest("hex"));
