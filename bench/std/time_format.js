let total = 0, seed = 42;
for (let i = 0; i < 50000; i++) {
  seed = (seed * 16807) % 2147483647;
  const text = new Date(seed * 1000).toISOString().replace(".000", "");
  total += text.length + text.charCodeAt(3) + text.charCodeAt(18);
}
console.log(total);
