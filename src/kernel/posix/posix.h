/* posix.h -- what the files of this port share.  One file a domain; calls are listed in port.c.
 *
 * Invariant: the host's errno becomes a KernelError in errors.c and nowhere else, and every descriptor that is made here closes on exec. */
#ifndef ORUS_KERNEL_POSIX_POSIX_H
#define ORUS_KERNEL_POSIX_POSIX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* ppoll, pipe2, accept4, posix_spawn_file_actions_addchdir_np */
#endif
#include "kernel/kernel.h"

#include <limits.h>
#include <pthread.h>

enum { PATH_ROOM = 4096 };

typedef struct Process Process;

/* Of one kernel.  The environment does not change; the rest is for any thread. */
typedef struct PosixState {
  char **env;              /* NULL at the end; texts stand behind the pointers in the same block */
  size_t env_count, env_bytes;
  pthread_mutex_t lock;    /* of orphans */
  Process *orphans;        /* closed without having been waited for */
  _Atomic int64_t last_time, trace_target;
  int has_pidfd;
} PosixState;

static inline PosixState *posix_state(Kctx *ctx) { return ctx->kernel->host; }

/* A call.  `h` is its handle argument, held; NULL when it has none, and for calls that close. */
typedef int64_t PosixCall(Kctx *ctx, const KernelArgs *a, KernelHandle *h);
PosixCall posix_io_read, posix_io_write, posix_io_poll, posix_fs_open, posix_fs_close, posix_fs_seek, posix_fs_stat, posix_fs_list, posix_fs_remove,
    posix_fs_rename, posix_fs_mkdir, posix_rng_fill, posix_time_monotonic, posix_time_utc, posix_env_get, posix_env_iter, posix_proc_exit,
    posix_proc_spawn, posix_proc_wait, posix_net_socket, posix_net_bind, posix_net_listen, posix_net_accept, posix_net_connect, posix_net_close,
    posix_sys_info, posix_trace_emit;

/* errors.c */
KernelError posix_error(int host);
int64_t posix_fail(Kctx *ctx);                /* of errno */
int64_t posix_result(Kctx *ctx, int64_t r);   /* r, or the error of errno when it is negative */
/* Argument `i` as a C string in `to`, which has PATH_ROOM bytes; NULL after failing. */
const char *posix_text(Kctx *ctx, const KernelArgs *a, unsigned i, char *to);

/* mem.c: as OrusPort.memory says */
void *posix_memory(const KernelPort *port, Kctx *ctx, void *block, size_t old_size, size_t size, size_t align);

/* io.c */
int64_t posix_write_bytes(Kctx *ctx, KernelHandle *h, const void *bytes, size_t n);
int32_t posix_kind(int fd);

/* fs.c, proc.c: what a handle of this kind keeps besides its descriptor goes */
void posix_directory_release(Kctx *ctx, KernelHandle *h);
void posix_keys_release(Kctx *ctx, KernelHandle *h); /* of OPEN_KEYS: the terminal is as before */
void posix_process_release(Kctx *ctx, KernelHandle *h);

/* env.c, time.c, proc.c */
int32_t posix_env_copy(Kctx *ctx);
void posix_env_free(Kctx *ctx);
int64_t posix_clock_ns(int utc);
int posix_has_pidfd(void);
void posix_reap_orphans(Kctx *ctx);
void posix_forget_orphans(Kctx *ctx);

/* net.c */
int64_t posix_socket_read(Kctx *ctx, KernelHandle *h, void *to, size_t n);
int64_t posix_socket_write(Kctx *ctx, KernelHandle *h, const void *from, size_t n);
enum { ADDRESS_ROOM = 128 };
/* Local or remote address as text; its length, or -1.  The port goes to *port. */
int64_t posix_socket_name(Kctx *ctx, KernelHandle *h, int remote, char *to, int64_t *port);

#endif
