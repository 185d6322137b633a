const data = require("fs").readFileSync(process.argv[2] + "/text.txt.gz");
let total = 0;
for (let i = 0; i < 5; i++) total += require("zlib").gunzipSync(data).length;
console.log(total);
