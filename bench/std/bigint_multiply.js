function made(seed, digits) {
  let out = "", x = seed;
  for (let i = 0; i < digits / 4; i++) {
    x = (x * 16807) % 2147483647;
    out += (x % 9000) + 1000;
  }
  return BigInt(out);
}
let total = 0;
for (let i = 0; i < 60; i++) total += Number((made(i + 1, 4000) * made(i + 100, 4000)) % 1000003n);
console.log(total);
