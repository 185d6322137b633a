const map = new Map();
let seed = 42, total = 0;
for (let i = 0; i < 200000; i++) {
  seed = (seed * 16807) % 2147483647;
  map.set(seed, i);
}
for (let k = 0; k < 3; k++) {
  seed = 42;
  for (let i = 0; i < 200000; i++) {
    seed = (seed * 16807) % 2147483647;
    total += (map.get(seed) ?? 0) + (map.get(seed + 1) ?? 1);
  }
}
seed = 42;
for (let i = 0; i < 200000; i++) {
  seed = (seed * 16807) % 2147483647;
  if (i % 2 === 0) map.delete(seed);
}
for (const [key, value] of map) total += (key % 1000) + value;
console.log(map.size + " " + total);
