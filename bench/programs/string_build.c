#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { char *bytes; size_t used, room; } Text;

static void append(Text *t, const char *s, size_t n) {
  if (t->used + n > t->room) {
    while (t->used + n > t->room) t->room = t->room ? 2 * t->room : 16;
    t->bytes = realloc(t->bytes, t->room);
  }
  memcpy(t->bytes + t->used, s, n);
  t->used += n;
}

int main(void) {
  Text text = {0};
  for (int i = 0; i < 1000000; i++) {
    char number[16];
    append(&text, number, (size_t)snprintf(number, sizeof number, "%d", i));
    append(&text, i % 10 == 9 ? "\n" : ",", 1);
  }
  int sum = 0;
  for (size_t i = 0; i < text.used; i += 97) sum = (sum * 31 + (unsigned char)text.bytes[i]) % 1000003;
  printf("%zu %d\n", text.used, sum);
  free(text.bytes);
}
