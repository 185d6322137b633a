#include <stdio.h>
int main(void) {
  int n = 800, inside = 0;
  for (int py = 0; py < n; py++)
    for (int px = 0; px < n; px++) {
      double ci = 2.0 * py / n - 1.0, cr = 2.0 * px / n - 1.5, zr = 0, zi = 0;
      int k = 0;
      while (k < 50 && zr * zr + zi * zi <= 4.0) { double t = zr * zr - zi * zi + cr; zi = 2.0 * zr * zi + ci; zr = t; k++; }
      inside += k == 50;
    }
  printf("%d\n", inside);
}
