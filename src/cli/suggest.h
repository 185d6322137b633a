/* suggest.h -- "did you mean": the word of a list that is closest to a mistyped one.  Pure; any thread. */
#ifndef ORUS_CLI_SUGGEST_H
#define ORUS_CLI_SUGGEST_H

#include <stddef.h>

typedef struct Suggestion {
  const char *typed, *best; /* best: NULL when nothing is close */
  size_t length, distance;
} Suggestion;

/* Words are offered one by one; words of more than 31 bytes have no likeness. */
Suggestion suggest_open(const char *typed, size_t length);
void suggest_offer(Suggestion *s, const char *word);

#endif
