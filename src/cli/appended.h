/* appended.h -- a program behind the end of this executable, as `orus build --exe` puts it there: the image, its size
 * (64 bits), APPENDED_MAGIC (64 bits). */
#ifndef ORUS_CLI_APPENDED_H
#define ORUS_CLI_APPENDED_H

#include <stddef.h>
#include <stdint.h>
#include "kernel/kernel.h"

#define APPENDED_MAGIC UINT64_C(0x4558455355524f7f) /* 7F "ORUSEXE" */

/* 1: there is one, in memory of malloc(); 0: there is none; -1: it cannot be read. */
int appended_read(OrusKctx *k, void **image, size_t *size);

#endif
