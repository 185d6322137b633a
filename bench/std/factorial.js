let product = 1n, total = 0;
for (let i = 1n; i <= 6000n; i++) product *= i;
for (const digit of product.toString()) total += Number(digit);
console.log(total);
