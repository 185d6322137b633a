const m = new Map();
let seed = 1;
for (let i = 0; i < 3000000; i++) { seed = (seed * 16807) % 2147483647; const key = seed % 100000; m.set(key, (m.get(key) || 0) + 1); }
let sum = 0;
for (let i = 0; i < 100000; i++) sum += (m.get(i) || 0) * (i % 7);
console.log(m.size + " " + sum);
