/* port.c -- the kernel calls on POSIX: which function does which, and what is kept for each kernel. */
#include "kernel/posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static PosixCall *const calls[KCALL_END] = {
#define CALL(name) [KCALL_##name] = posix_##name
    CALL(io_read),        CALL(io_write),    CALL(io_poll),   CALL(fs_open),    CALL(fs_close),  CALL(fs_seek),    CALL(fs_stat),     CALL(fs_list),   CALL(fs_remove),
    CALL(fs_rename),      CALL(fs_mkdir),    CALL(rng_fill),  CALL(time_monotonic), CALL(time_utc), CALL(env_get), CALL(env_iter),    CALL(proc_exit), CALL(proc_spawn),
    CALL(proc_wait),      CALL(net_socket),  CALL(net_bind),  CALL(net_listen), CALL(net_accept), CALL(net_connect), CALL(net_close), CALL(sys_info),  CALL(trace_emit),
#undef CALL
};

static int64_t caps(Kctx *ctx) {
  static const unsigned features[] = {ORUS_CAP_IO_NONBLOCK, ORUS_CAP_RNG_CSPRNG, ORUS_CAP_NET_TCP, ORUS_CAP_NET_UDP, ORUS_CAP_NET_IPV6};
  int64_t bits = posix_state(ctx)->has_pidfd ? 1ll << ORUS_CAP_PROC_POLL : 0;
  for (unsigned id = 1; id < KCALL_END; id++) bits |= 1ll << id;
  for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) bits |= 1ll << features[i];
  return bits;
}

/* Calls that close look for their handle themselves: they take its number away first. */
static int holds(unsigned id) { return kernel_call_info[id].params[0] == 'h' && id != KCALL_fs_close && id != KCALL_net_close; }

static int64_t posix_call(const KernelPort *port, Kctx *ctx, unsigned id, const KernelArgs *a) {
  (void)port;
  if (id == KCALL_kernel_caps) return caps(ctx);
  if (!calls[id]) return kernel_fail(ctx, KERR_UNSUPPORTED);
  if (!holds(id)) return calls[id](ctx, a, NULL);
  KernelHandle *h = kernel_handle_get(ctx, a->raw[0]);
  if (!h) return -1;
  int64_t result = calls[id](ctx, a, h);
  int32_t error = ctx->error;
  kernel_handle_put(ctx, h);
  ctx->error = error;
  return result;
}

/* The descriptor of a standard stream must never come to stand for something else, so the null device takes its place. */
static int64_t release_stream(Kctx *ctx, KernelHandle *h) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return posix_fail(ctx);
  int r;
  while ((r = dup2(null, h->host)) < 0 && errno == EINTR) {}
  int error = errno;
  close(null);
  return r < 0 ? kernel_fail(ctx, posix_error(error)) : 0;
}

static int64_t posix_release(const KernelPort *port, Kctx *ctx, KernelHandle *h) {
  (void)port;
  if (h->index < KERNEL_STREAMS) return release_stream(ctx, h);
  if (h->kind == ORUS_KIND_PROCESS) return posix_process_release(ctx, h), 0;
  if (h->kind == ORUS_KIND_DIRECTORY) return posix_directory_release(ctx, h), 0;
  if (h->kind == ORUS_KIND_STREAM && h->state) posix_keys_release(ctx, h);
  return close(h->host) < 0 && errno != EINTR ? posix_fail(ctx) : 0; /* Linux has closed it when it says EINTR */
}

/* Streams that the host has not opened are closed handles here; their descriptors are occupied, for the same reason, where nothing can be written. */
static int32_t find_streams(Kctx *ctx) {
  for (uint32_t i = 0; i < KERNEL_STREAMS; i++) {
    int32_t kind = posix_kind((int)i);
    if (kind) kernel_handle_stream(ctx, i, kind);
    else if (open("/dev/null", i ? O_RDONLY : O_RDWR) != (int)i) return KERR_IO;
  }
  return KERR_OK;
}

static int32_t posix_open(const KernelPort *port, Kctx *ctx) {
  (void)port;
  PosixState *s = kernel_alloc(ctx, sizeof *s, _Alignof(PosixState));
  if (!s) return KERR_OUT_OF_MEMORY;
  memset(s, 0, sizeof *s);
  ctx->kernel->host = s;
  atomic_store(&s->trace_target, -1);
  s->has_pidfd = posix_has_pidfd();
  int32_t error = find_streams(ctx);
  if (error == KERR_OK) error = posix_env_copy(ctx);
  if (error == KERR_OK && pthread_mutex_init(&s->lock, NULL)) posix_env_free(ctx), error = KERR_OUT_OF_MEMORY;
  if (error != KERR_OK) kernel_free(ctx, s, sizeof *s, _Alignof(PosixState));
  return error;
}

static void posix_close(const KernelPort *port, Kctx *ctx) {
  (void)port;
  PosixState *s = posix_state(ctx);
  posix_forget_orphans(ctx);
  posix_env_free(ctx);
  pthread_mutex_destroy(&s->lock);
  kernel_free(ctx, s, sizeof *s, _Alignof(PosixState));
}

const OrusPort *orus_port_posix(void) {
  static const KernelPort port = {NULL, posix_open, posix_close, posix_call, posix_memory, posix_release};
  return &port;
}
