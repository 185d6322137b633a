let total = 0;
for (let i = 1; i <= 100000; i++) {
  const x = i / 5000;
  total += Math.exp(-x) + Math.log(x) + Math.pow(x, 1.5);
}
console.log(total.toFixed(4));
