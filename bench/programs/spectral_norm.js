function a(i, j) { return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1); }
function times(v, out) { for (let i = 0; i < v.length; i++) { let s = 0; for (let j = 0; j < v.length; j++) s += a(i, j) * v[j]; out[i] = s; } }
function transposed(v, out) { for (let i = 0; i < v.length; i++) { let s = 0; for (let j = 0; j < v.length; j++) s += a(j, i) * v[j]; out[i] = s; } }
const n = 850, u = new Array(n).fill(1.0), v = new Array(n).fill(0.0), t = new Array(n).fill(0.0);
for (let k = 0; k < 10; k++) { times(u, t); transposed(t, v); times(v, t); transposed(t, u); }
let vbv = 0, vv = 0;
for (let i = 0; i < n; i++) { vbv += u[i] * v[i]; vv += v[i] * v[i]; }
console.log(Math.sqrt(vbv / vv).toFixed(9));
