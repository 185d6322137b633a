// The module zlib of Node 20 has no crc32 for programs.
const fs = require("fs");
const data = fs.readFileSync(process.argv[2] + "/text.txt");
const steps = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  let c = i;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  steps[i] = c;
}
function crc32(bytes) {
  let c = -1;
  for (let i = 0; i < bytes.length; i++) c = (c >>> 8) ^ steps[(c ^ bytes[i]) & 255];
  return ~c >>> 0;
}
let total = 0;
for (let i = 0; i < 5; i++) total += crc32(data);
console.log(total);
