const xs = [];
let seed = 42;
for (let i = 0; i < 500000; i++) { seed = (seed * 16807) % 2147483647; xs.push(seed); }
xs.sort((a, b) => a - b);
let check = 0;
for (let i = 0; i < 500000; i += 1000) check += xs[i];
console.log(String(check));
