#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) {
  size_t n = 0, room = 16; char *text = malloc(room);
  for (int i = 0; i < 200000; i++) { char buf[16]; int k = sprintf(buf, "%d,", i); if (n + (size_t)k > room) text = realloc(text, room *= 2); memcpy(text + n, buf, (size_t)k); n += (size_t)k; }
  size_t parts = 0, total = 0, from = 0;
  for (;;) { char *at = memchr(text + from, ',', n - from); size_t len = at ? (size_t)(at - text) - from : n - from; char *p = malloc(len + 1); memcpy(p, text + from, len); total += len; parts++; if (!at) break; from += len + 1; }
  printf("%zu %zu %zu\n", n, parts, total);
}
