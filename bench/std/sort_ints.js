const xs = [];
let seed = 42;
for (let i = 0; i < 300000; i++) {
  seed = (seed * 16807) % 2147483647;
  xs.push(seed);
}
xs.sort((a, b) => a - b);
let total = 0;
for (let i = 0; i < 300000; i += 1000) total += xs[i];
console.log(String(total));
