const fields = [];
let seed = 7;
for (let i = 0; i < 20000; i++) {
  seed = seed * 16807 % 2147483647;
  fields.push(seed % 1000000);
}
const line = fields.join(",");
let sum = 0;
for (let turn = 0; turn < 60; turn++) {
  for (const part of line.split(",")) sum = (sum * 31 + part.length + part.charCodeAt(0)) % 1000003;
}
console.log(line.length + " " + sum);
