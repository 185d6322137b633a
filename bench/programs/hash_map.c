#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static int32_t *keys, *values, mask = (1 << 18) - 1;
static int32_t *slot(int32_t key) { uint32_t h = (uint32_t)key * 2654435769u >> 14; while (keys[h & mask] != key && keys[h & mask] != -1) h++; keys[h & mask] = key; return &values[h & mask]; }
int main(void) {
  keys = malloc(sizeof *keys << 18); values = calloc(1 << 18, sizeof *values);
  for (int i = 0; i <= mask; i++) keys[i] = -1;
  int64_t seed = 1; int count = 0, sum = 0;
  for (int i = 0; i < 3000000; i++) { seed = seed * 16807 % 2147483647; int32_t *v = slot((int32_t)(seed % 100000)); count += !(*v)++; }
  for (int i = 0; i < 100000; i++) sum += *slot(i) * (i % 7);
  printf("%d %d\n", count, sum);
}
