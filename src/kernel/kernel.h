/* kernel.h -- the only door to the outside world, as the runtime and the ports see it; programs see include/orus_kernel.h.
 *
 * A Kernel holds handles, counters and what its port keeps for it, and may be shared by threads; a Kctx belongs to one thread and carries its error.
 * What the host does stands behind a KernelPort, so that a port can wrap another (fault/fault.h).
 *
 * Invariant: a call gives at least 0, or -1 and in ctx->error one of the errors that spec/kernel.idl documents for it. */
#ifndef ORUS_KERNEL_KERNEL_H
#define ORUS_KERNEL_KERNEL_H

#include "kernel/kcall.h"
#include "orus_kernel.h"

#include <stdatomic.h>
#include <stddef.h>

typedef OrusKernel Kernel;
typedef OrusKctx Kctx;
typedef OrusPort KernelPort;
typedef struct KernelHandle KernelHandle;

/* Arguments of a call, checked: plain integers in order; buffers with their sizes in bytes (texts: not terminated), in order; no buffer is NULL. */
typedef struct KernelArgs {
  const int64_t *raw;
  void *const *buffers;
  const uint64_t *sizes;
} KernelArgs;

struct OrusPort {
  void *state;
  /* Of one kernel: sets ctx->kernel->host and makes the standard streams known.  A KernelError.  close: all handles are closed. */
  int32_t (*open)(const KernelPort *port, Kctx *ctx);
  void (*close)(const KernelPort *port, Kctx *ctx);
  int64_t (*call)(const KernelPort *port, Kctx *ctx, unsigned id, const KernelArgs *args);
  /* As realloc: block NULL is an empty one, size 0 frees.  align is a power of two, the same over the life of a block.  NULL: no memory, the block stays. */
  void *(*memory)(const KernelPort *port, Kctx *ctx, void *block, size_t old_size, size_t size, size_t align);
  /* The handle is closed and nobody uses it: its object goes back to the host.  0, or -1 with ctx->error. */
  int64_t (*release)(const KernelPort *port, Kctx *ctx, KernelHandle *handle);
};

/* An open handle.  The fields of the second line belong to the port, which may read them while it holds the handle. */
struct KernelHandle {
  int64_t number;        /* generation << 16 | index */
  int32_t kind, flags; int host; void *state;
  uint32_t users, index; /* users: 1 while open, 1 for each call that holds it */
  uint32_t next;         /* index of the next free place */
  int open;
};

enum { KERNEL_STREAMS = 3, KERNEL_CHUNK = 64, KERNEL_HANDLES = 65536 };

typedef struct KernelCounter {
  atomic_llong calls, failures, bytes;
} KernelCounter;

struct OrusKernel {
  const KernelPort *port;
  void *host;       /* the port's */
  atomic_flag lock; /* of the fields of the next line and of users and open of all handles */
  uint32_t places, free_place;
  KernelHandle *chunks[KERNEL_HANDLES / KERNEL_CHUNK];
  KernelCounter counters[KCALL_END];
};

int64_t kernel_call(Kctx *ctx, unsigned id, const KernelArgs *args);

/* Memory for the runtime: counted as mem_alloc and mem_free; a size of 0 is taken as 1. */
void *kernel_alloc(Kctx *ctx, size_t size, size_t align);
void kernel_free(Kctx *ctx, void *block, size_t size, size_t align);

/* -- for ports -- */

/* Sets the error and returns -1. */
int64_t kernel_fail(Kctx *ctx, KernelError error);

/* A place for a handle, held by the caller and not open; NULL: TOO_MANY or OUT_OF_MEMORY.  Fill in kind, host ..., then publish it (its number), or give it up. */
KernelHandle *kernel_handle_new(Kctx *ctx);
int64_t kernel_handle_publish(Kctx *ctx, KernelHandle *handle);
void kernel_handle_give_up(Kctx *ctx, KernelHandle *handle);
/* For the port's open(): standard stream `index`. */
void kernel_handle_stream(Kctx *ctx, uint32_t index, int32_t kind);
/* Holds an open handle until it is put; NULL: BAD_HANDLE. */
KernelHandle *kernel_handle_get(Kctx *ctx, int64_t number);
int64_t kernel_handle_put(Kctx *ctx, KernelHandle *handle);
/* The number is invalid from now on; the object goes with its last user. */
int64_t kernel_handle_close(Kctx *ctx, int64_t number);

/* How many handles are open, the standard streams with them. */
int64_t kernel_handles_open(Kctx *ctx);

/* Results: values as many as fit; a text, or its length when the buffer has no bytes. */
void kernel_put_values(const KernelArgs *args, unsigned buffer, const int64_t *values, size_t count);
int64_t kernel_put_text(Kctx *ctx, const KernelArgs *args, unsigned buffer, const char *text, size_t length);
/* sys_info for the topics that ask the kernel and not the host. */
int64_t kernel_info(Kctx *ctx, const KernelArgs *args);

#endif
