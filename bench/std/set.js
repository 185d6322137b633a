function made(seed, count) {
  const out = new Set();
  let x = seed;
  for (let i = 0; i < count; i++) {
    x = (x * 16807) % 2147483647;
    out.add(x % 400000);
  }
  return out;
}
const a = made(42, 200000), b = made(7, 200000), both = new Set(), either = new Set();
for (const x of a) if (b.has(x)) both.add(x);
for (const x of a) either.add(x);
for (const x of b) either.add(x);
for (const x of both) either.delete(x);
let total = 0;
for (const x of either) total += x;
console.log(a.size + " " + b.size + " " + both.size + " " + either.size + " " + total);
