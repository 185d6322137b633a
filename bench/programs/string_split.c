#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 20000, TURNS = 60 };

typedef struct { char **parts; size_t count, room; } Parts;

static void add(Parts *p, const char *from, size_t n) {
  if (p->count == p->room) {
    p->room = p->room ? 2 * p->room : 16;
    p->parts = realloc(p->parts, p->room * sizeof *p->parts);
  }
  char *copy = malloc(n + 1);
  memcpy(copy, from, n);
  copy[n] = 0;
  p->parts[p->count++] = copy;
}

static Parts split(const char *text, size_t length, char separator) {
  Parts p = {0};
  const char *end = text + length;
  for (const char *at; (at = memchr(text, separator, (size_t)(end - text))); text = at + 1) add(&p, text, (size_t)(at - text));
  add(&p, text, (size_t)(end - text));
  return p;
}

static void drop(Parts p) {
  for (size_t i = 0; i < p.count; i++) free(p.parts[i]);
  free(p.parts);
}

int main(void) {
  char *line = malloc(FIELDS * 12);
  size_t length = 0;
  long long seed = 7;
  for (int i = 0; i < FIELDS; i++) {
    seed = seed * 16807 % 2147483647;
    length += (size_t)sprintf(line + length, "%s%lld", i ? "," : "", seed % 1000000);
  }
  int sum = 0;
  for (int turn = 0; turn < TURNS; turn++) {
    Parts p = split(line, length, ',');
    for (size_t i = 0; i < p.count; i++) sum = (sum * 31 + (int)strlen(p.parts[i]) + p.parts[i][0]) % 1000003;
    drop(p);
  }
  printf("%zu %d\n", length, sum);
  free(line);
}
