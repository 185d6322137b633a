let text = "";
for (let i = 0; i < 200000; i++) text = text + i + ",";
const parts = text.split(",");
let total = 0;
for (const p of parts) total += p.length;
console.log(text.length + " " + parts.length + " " + total);
