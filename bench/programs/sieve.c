#include <stdio.h>
#include <stdlib.h>
int main(void) {
  int n = 10000000, count = 0;
  char *composite = calloc(1, (size_t)n + 1);
  for (int i = 2; i <= n; i++)
    if (!composite[i]) { count++; for (int j = i + i; j <= n; j += i) composite[j] = 1; }
  printf("%d\n", count);
}
