/* assembled.h -- a module that a test wrote as text, as an image that the test frees.  A mistake in the text ends the test.
 */
#ifndef ORUS_TESTS_ASSEMBLED_H
#define ORUS_TESTS_ASSEMBLED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "code/asm.h"
#include "memory.h"

static inline void *assembled(const char *text, size_t *size) {
  AsmReport mistake;
  void *image = NULL;
  if (!asm_assemble(text, strlen(text), plain_memory(), &image, size, &mistake))
    fail_msg("%u:%u: %s (%s)\n%s", mistake.line, mistake.column, mistake.message, mistake.detail, text);
  return image;
}

#endif
