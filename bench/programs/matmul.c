#include <stdio.h>
enum { N = 400 };
static double a[N][N], b[N][N];
int main(void) {
  for (int i = 0; i < N; i++) for (int j = 0; j < N; j++) { a[i][j] = (i * 3 + j * 7) % 100; b[i][j] = (i * 5 + j * 7) % 100; }
  double trace = 0;
  volatile double sink;
  for (int i = 0; i < N; i++) for (int j = 0; j < N; j++) { double s = 0; for (int k = 0; k < N; k++) s += a[i][k] * b[k][j]; sink = s; if (i == j) trace += s; }
  (void)sink;
  printf("%lld\n", (long long)trace);
}
