let sum = 0;
for (let i = 0; i < 15000; i++) for (let j = 0; j < 5000; j++) sum = (sum + (i ^ j)) & 16777215;
console.log(sum);
