let total = 0, sum = 0, moved = 0;
for (let i = 0; i < 300000; i++) {
  total += Math.floor(Math.random() * 100);
  sum += Math.random();
}
const xs = [];
for (let i = 0; i < 100000; i++) xs.push(i);
for (let i = xs.length - 1; i > 0; i--) {
  const k = Math.floor(Math.random() * (i + 1));
  [xs[i], xs[k]] = [xs[k], xs[i]];
}
for (let i = 0; i < xs.length; i++) if (xs[i] !== i) moved++;
console.log([14700000 < total && total < 15000000, 149000 < sum && sum < 151000, moved > 99900].join(" "));
