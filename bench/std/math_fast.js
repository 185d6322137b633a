let total = 0;
for (let i = 1; i <= 100000; i++) {
  const x = i / 5000;
  total += Math.exp(-x) + Math.log(x) + Math.sin(x) + Math.cos(x);
}
console.log(total.toFixed(4));
