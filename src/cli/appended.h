/* appended.h -- a program behind the end of this executable, as `orus build --exe` puts it there: the image, its size (64 bits), APPENDED_MAGIC (64 bits).  The size
 * stands in the executable itself too, so it is known when somebody took the program away, as strip does. */
#ifndef ORUS_CLI_APPENDED_H
#define ORUS_CLI_APPENDED_H

#include <stddef.h>
#include <stdint.h>
#include "kernel/kernel.h"

#define APPENDED_MAGIC UINT64_C(0x4558455355524f7f) /* 7F "ORUSEXE" */

typedef enum Appended { APPENDED_NONE, APPENDED_READ, APPENDED_GONE, APPENDED_UNREADABLE } Appended;

/* READ: it is in memory of malloc(). */
Appended appended_read(OrusKctx *k, void **image, size_t *size);

#endif
