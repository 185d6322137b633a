function make(n, seed) { const out = []; for (let i = 0; i < n; i++) { const row = []; for (let j = 0; j < n; j++) row.push((i * seed + j * 7) % 100 + 0.0); out.push(row); } return out; }
const n = 400, a = make(n, 3), b = make(n, 5);
let trace = 0.0;
for (let i = 0; i < n; i++) { const row = a[i]; for (let j = 0; j < n; j++) { let sum = 0.0; for (let k = 0; k < n; k++) sum += row[k] * b[k][j]; if (i === j) trace += sum; } }
console.log(String(trace));
