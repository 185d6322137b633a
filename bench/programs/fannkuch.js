const n = 10, perm1 = [], perm = new Array(n).fill(0), count = new Array(n).fill(0);
for (let i = 0; i < n; i++) perm1.push(i);
let maxFlips = 0, checksum = 0, r = n, turn = 0, running = true;
while (running) {
  while (r !== 1) { count[r - 1] = r; r--; }
  for (let i = 0; i < n; i++) perm[i] = perm1[i];
  let flips = 0;
  for (let k = perm[0]; k !== 0; k = perm[0]) {
    for (let i = 0, j = k; i < j; i++, j--) { const t = perm[i]; perm[i] = perm[j]; perm[j] = t; }
    flips++;
  }
  if (flips > maxFlips) maxFlips = flips;
  checksum += turn % 2 === 0 ? flips : -flips;
  for (;;) {
    if (r === n) { running = false; break; }
    const first = perm1[0];
    for (let i = 0; i < r; i++) perm1[i] = perm1[i + 1];
    perm1[r] = first;
    if (--count[r] > 0) break;
    r++;
  }
  turn++;
}
console.log(checksum + " " + maxFlips);
