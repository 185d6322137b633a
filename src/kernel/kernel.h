/* kernel.h -- the only door to the outside world.
 *
 * A Kernel holds the handle table and the trace counters and may be shared by threads; a Kctx belongs to one thread and carries its error.  What the host system does
 * stands behind a KernelPort, a table of two functions, so that a port can wrap another (see fault/).
 *
 * Every call returns >= 0, or -1 with ctx->error, one of KernelError, never the host's numbers. */
#ifndef ORUS_KERNEL_KERNEL_H
#define ORUS_KERNEL_KERNEL_H

#include "kernel/kcall.h"

#include <stdatomic.h>
#include <stddef.h>

typedef struct Kernel Kernel;
typedef struct KernelPort KernelPort;

typedef struct Kctx {
  Kernel *kernel;
  int32_t error;
} Kctx;

/* Arguments of a call, checked: plain integers in order; buffers with their sizes in bytes (texts: not terminated), in order. */
typedef struct KernelArgs {
  const int64_t *raw;
  void *const *buffers;
  const uint64_t *sizes;
} KernelArgs;

struct KernelPort {
  void *state;
  int64_t (*call)(const KernelPort *port, Kctx *ctx, unsigned id, const KernelArgs *args);
  void *(*alloc)(const KernelPort *port, Kctx *ctx, size_t size, size_t align); /* align: power of two */
  void (*free)(const KernelPort *port, Kctx *ctx, void *block, size_t size, size_t align);
};

enum { KERNEL_HANDLES = 1024 };

typedef struct KernelHandle {
  int32_t host;         /* the host's descriptor; -1: free */
  uint32_t generation;
} KernelHandle;

typedef struct KernelCounter {
  atomic_ullong calls, failures, bytes;
} KernelCounter;

struct Kernel {
  const KernelPort *port;
  atomic_flag lock; /* of the handle table */
  KernelHandle handles[KERNEL_HANDLES];
  KernelCounter counters[KCALL_END];
  _Atomic int64_t last_time; /* time_monotonic never decreases */
};

/* Handles 0, 1, 2 are the standard streams. */
void kernel_open(Kernel *kernel, const KernelPort *port);
void kernel_close(Kernel *kernel); /* closes every handle but the standard streams */

int64_t kernel_call(Kctx *ctx, unsigned id, const KernelArgs *args);
void *kernel_alloc(Kctx *ctx, size_t size, size_t align);
void kernel_free(Kctx *ctx, void *block, size_t size, size_t align);

/* For ports: sets the error and returns -1. */
int64_t kernel_fail(Kctx *ctx, KernelError error);
/* A handle for a host descriptor, or -1 (TOO_MANY).  host_of: -1 (BAD_HANDLE).  take: the handle is no more. */
int64_t kernel_handle_new(Kctx *ctx, int host);
int kernel_handle_host(Kctx *ctx, int64_t handle);
int kernel_handle_take(Kctx *ctx, int64_t handle);

/* posix/port.c */
const KernelPort *kernel_port_posix(void);

#endif
