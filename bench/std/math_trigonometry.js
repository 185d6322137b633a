let total = 0;
for (let i = 1; i <= 100000; i++) {
  const x = i / 1000;
  total += Math.sin(x) + Math.cos(x) * 0.5 + Math.atan(x) + Math.tan(x * 0.01);
}
console.log(total.toFixed(4));
