/* run.h -- a program image is loaded, verified and run, and what came of it is said on stderr.  The
 * thread that opened the kernel. */
#ifndef ORUS_CLI_RUN_H
#define ORUS_CLI_RUN_H

#include "cli/options.h"
#include "kernel/kernel.h"

/* Who is told that the user wants what runs to stop (Ctrl-C).  `call` runs in the middle of anything: it may store atomics and nothing else. */
typedef struct Interrupt {
  void (*call)(void *ctx);
  void *ctx;
} Interrupt;

typedef struct Host {
  Kctx ctx;
  /* From the first call on the process does not end by an interrupt: kernel calls that wait give INTERRUPTED, and `to` is told, which must live until the next
   * call; NULL: nobody. */
  void (*on_interrupt)(const Interrupt *to);
} Host;

GcMemory host_memory(Host *host);

/* Is called when the program has ended with `code`, before its machine is gone; the exit code in its place. */
typedef int AfterRun(void *ctx, Vm *vm, const Program *program, int code);

/* Runs the image (aligned to 8 bytes) with the arguments, limits, statistics and trace of `o`; the exit code.
 * `after` may be NULL. */
int run_image(Host *host, const Options *o, const void *image, size_t size, AfterRun *after, void *ctx);

/* Parts of that.  A machine for the program with the limits of `o`; NULL, after saying so: there is no memory.  run_entry: the entry function of the last module, which must fit; says
 * how it ended; the exit code.  flush_output: what the program has written comes out, even when its run was stopped. */
Vm *open_machine(Host *host, const Program *program, const Options *o);
int run_entry(Vm *vm, Host *host, const Program *program, const Options *o);
void flush_output(Vm *vm, const Program *program);

/* Loads it only, and says that it is valid, or why not; the exit code. */
int verify_image(Host *host, const Options *o, const void *image, size_t size);

/* Say what is wrong; the exit code. */
int refused(const char *file, const LoadReport *report);
int out_of_memory(void);

#endif
