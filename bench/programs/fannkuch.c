#include <stdio.h>
int main(void) {
  enum { n = 10 };
  int perm1[n], perm[n], count[n + 1] = {0}, max_flips = 0, checksum = 0, r = n, turn = 0, running = 1;
  for (int i = 0; i < n; i++) perm1[i] = i;
  while (running) {
    while (r != 1) { count[r - 1] = r; r--; }
    for (int i = 0; i < n; i++) perm[i] = perm1[i];
    int flips = 0;
    for (int k = perm[0]; k; k = perm[0]) {
      for (int i = 0, j = k; i < j; i++, j--) { int t = perm[i]; perm[i] = perm[j]; perm[j] = t; }
      flips++;
    }
    if (flips > max_flips) max_flips = flips;
    checksum += turn % 2 == 0 ? flips : -flips;
    for (;;) {
      if (r == n) { running = 0; break; }
      int first = perm1[0];
      for (int i = 0; i < r; i++) perm1[i] = perm1[i + 1];
      perm1[r] = first;
      if (--count[r] > 0) break;
      r++;
    }
    turn++;
  }
  printf("%d %d\n", checksum, max_flips);
}
