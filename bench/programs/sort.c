#include <stdio.h>
#include <stdlib.h>
static int order(const void *a, const void *b) { int x = *(const int *)a, y = *(const int *)b; return (x > y) - (x < y); }
int main(void) {
  static int xs[500000]; long long seed = 42, check = 0;
  for (int i = 0; i < 500000; i++) { seed = seed * 16807 % 2147483647; xs[i] = (int)seed; }
  qsort(xs, 500000, sizeof xs[0], order);
  for (int i = 0; i < 500000; i += 1000) check += xs[i];
  printf("%lld\n", check);
}
