/* suggest.c -- see suggest.h.  Distance: insertions, deletions, substitutions and swaps of neighbours, by dynamic programming (Wagner & Fischer, "The
 * string-to-string correction problem", 1974; swaps after Damerau, 1964, each place edited once). */
#include "cli/suggest.h"

#include <string.h>

enum { MOST = 31 };

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Both words have at most MOST bytes. */
static size_t distance(const char *a, size_t n, const char *b, size_t m) {
  size_t rows[3][MOST + 1], *before = rows[0], *last = rows[1], *now = rows[2]; /* of a[.. i - 2], a[.. i - 1], a[.. i] */
  for (size_t j = 0; j <= m; j++) last[j] = before[j] = j;
  for (size_t i = 1; i <= n; i++) {
    now[0] = i;
    for (size_t j = 1; j <= m; j++) {
      now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = least(now[j], before[j - 2] + 1);
    }
    size_t *free_row = before;
    before = last;
    last = now;
    now = free_row;
  }
  return last[m];
}

/* At most a third of the letters may be wrong: a suggestion that is far off is worse than none. */
Suggestion suggest_open(const char *typed, size_t length) { return (Suggestion){typed, NULL, length, length / 3 + (length > 1 && length < 3) + 1}; }

void suggest_offer(Suggestion *s, const char *word) {
  size_t n = strlen(word);
  if (s->length > MOST || n > MOST) return;
  size_t d = distance(s->typed, s->length, word, n);
  if (d >= s->distance || d >= n) return;
  s->distance = d;
  s->best = word;
}
