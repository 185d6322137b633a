function made(n, seed) {
  const rows = [];
  let x = seed;
  for (let i = 0; i < n; i++) {
    const row = [];
    for (let k = 0; k < n; k++) {
      x = (x * 16807) % 2147483647;
      row.push((x % 1000) / 100);
    }
    rows.push(row);
  }
  return rows;
}
function product(a, b) {
  return a.map((line) => {
    const row = new Array(b[0].length).fill(0);
    for (let j = 0; j < b.length; j++) {
      for (let k = 0; k < row.length; k++) row[k] += line[j] * b[j][k];
    }
    return row;
  });
}
function solve(a, b) {
  const n = a.length, rows = a.map((row, i) => [...row, b[i]]), x = new Array(n).fill(0);
  for (let c = 0; c < n; c++) {
    let best = c;
    for (let i = c + 1; i < n; i++) if (Math.abs(rows[i][c]) > Math.abs(rows[best][c])) best = i;
    [rows[c], rows[best]] = [rows[best], rows[c]];
    for (let i = c + 1; i < n; i++) {
      const factor = rows[i][c] / rows[c][c];
      for (let k = c; k <= n; k++) rows[i][k] -= factor * rows[c][k];
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = rows[i][n];
    for (let k = i + 1; k < n; k++) sum -= rows[i][k] * x[k];
    x[i] = sum / rows[i][i];
  }
  return x;
}
const n = 200, c = product(made(n, 42), made(n, 7)), x = solve(c, c.map((_, i) => i));
let y = 0;
for (let k = 0; k < n; k++) y += c[n / 2][k] * x[k];
console.log(c[3][5].toFixed(4) + " " + c[n - 1][n - 1].toFixed(4) + " " + y.toFixed(4));
