/* run.h -- a program image is loaded, verified and run, and what came of it is said on stderr.  The
 * thread that opened the kernel. */
#ifndef ORUS_CLI_RUN_H
#define ORUS_CLI_RUN_H

#include "cli/options.h"
#include "kernel/kernel.h"

typedef struct Host {
  Kctx ctx;
} Host;

GcMemory host_memory(Host *host);

/* Is called when the program has ended with `code`, before its machine is gone; the exit code in its place. */
typedef int AfterRun(void *ctx, Vm *vm, const Program *program, int code);

/* Runs the image (aligned to 8 bytes) with the arguments, limits, statistics and trace of `o`; the exit code.
 * `after` may be NULL. */
int run_image(Host *host, const Options *o, const void *image, size_t size, AfterRun *after, void *ctx);

/* Loads it only, and says that it is valid, or why not; the exit code. */
int verify_image(Host *host, const Options *o, const void *image, size_t size);

/* Say what is wrong; the exit code. */
int refused(const char *file, const LoadReport *report);
int out_of_memory(void);

#endif
