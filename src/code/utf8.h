/* utf8.h -- what is UTF-8, for all that reads text or bytes from outside.  Pure; any thread. */
#ifndef ORUS_CODE_UTF8_H
#define ORUS_CODE_UTF8_H

#include <stddef.h>

/* Bytes of the well-formed character at the start of `s`, of which there are `n` > 0 bytes; 0: there is none.  RFC 3629: shortest form, no surrogates, at most
 * U+10FFFF. */
static inline size_t utf8_length(const unsigned char *s, size_t n) {
  if (s[0] < 0x80) return 1;
  size_t length = s[0] >= 0xc2 && s[0] <= 0xdf ? 2 : s[0] >= 0xe0 && s[0] <= 0xef ? 3 : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4 : 0;
  if (!length || length > n) return 0;
  if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f)) return 0;
  for (size_t i = 1; i < length; i++)
    if ((s[i] & 0xc0) != 0x80) return 0;
  return length;
}

#endif
