/* file.h -- files as a whole, through the kernel, and saying why one cannot be read or written.  One thread. */
#ifndef ORUS_CLI_FILE_H
#define ORUS_CLI_FILE_H

#include <stddef.h>
#include "kernel/kernel.h"

/* The next `count` bytes; 0: there are not so many, or they cannot be read. */
int file_read_part(OrusKctx *k, OrusHandle file, void *to, size_t count);

/* The whole file, in memory of malloc(); NULL, after saying so: it cannot be read. */
void *file_read(OrusKctx *k, const char *path, size_t *size);

/* Makes the file have these bytes; 0, after saying so: that cannot be done. */
int file_write(OrusKctx *k, const char *path, const void *bytes, size_t size);

#endif
