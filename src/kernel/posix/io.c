/* io.c -- reading, writing, waiting. */
#include "kernel/posix/posix.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_BYTES = 0x7ffff000 }; /* what Linux moves in one call; more is a short count */

int32_t posix_kind(int fd) {
  struct stat st;
  if (fstat(fd, &st) < 0) return 0;
  return S_ISREG(st.st_mode) ? ORUS_KIND_FILE : S_ISDIR(st.st_mode) ? ORUS_KIND_DIRECTORY : S_ISSOCK(st.st_mode) ? ORUS_KIND_SOCKET : ORUS_KIND_STREAM;
}

static int has_bytes(const KernelHandle *h) { return h->kind == ORUS_KIND_FILE || h->kind == ORUS_KIND_STREAM; }

int64_t posix_io_read(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  size_t n = a->sizes[0] < MOST_BYTES ? (size_t)a->sizes[0] : MOST_BYTES;
  if (h->kind == ORUS_KIND_SOCKET) return posix_socket_read(ctx, h, a->buffers[0], n);
  return has_bytes(h) ? posix_result(ctx, read(h->host, a->buffers[0], n)) : kernel_fail(ctx, KERR_BAD_HANDLE);
}

/* Writes without the signal that comes with a failure, or with a part when the reader goes away meanwhile: it is held back in this thread, and taken off again unless
 * it was there before. */
static int64_t write_without(int signal, Kctx *ctx, int fd, const void *bytes, size_t n) {
  sigset_t held, old, pending;
  sigemptyset(&held);
  sigaddset(&held, signal);
  pthread_sigmask(SIG_BLOCK, &held, &old);
  sigpending(&pending);
  ssize_t r = write(fd, bytes, n);
  int error = errno;
  int may_come = r < 0 ? error == EPIPE || error == EFBIG : (size_t)r < n;
  if (may_come && !sigismember(&pending, signal)) {
    static const struct timespec now = {0, 0};
    while (sigtimedwait(&held, NULL, &now) < 0 && errno == EINTR) {}
  }
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  return r < 0 ? kernel_fail(ctx, posix_error(error)) : r;
}

/* SIGXFSZ comes with EFBIG, where there is a limit of sizes. */
static int64_t write_file(Kctx *ctx, int fd, const void *bytes, size_t n) {
  struct rlimit most;
  int is_limited = getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur != RLIM_INFINITY;
  return is_limited ? write_without(SIGXFSZ, ctx, fd, bytes, n) : posix_result(ctx, write(fd, bytes, n));
}

int64_t posix_write_bytes(Kctx *ctx, KernelHandle *h, const void *bytes, size_t n) {
  if (n > MOST_BYTES) n = MOST_BYTES;
  if (h->kind == ORUS_KIND_SOCKET) return posix_socket_write(ctx, h, bytes, n);
  if (!has_bytes(h)) return kernel_fail(ctx, KERR_BAD_HANDLE);
  return h->kind == ORUS_KIND_FILE ? write_file(ctx, h->host, bytes, n) : write_without(SIGPIPE, ctx, h->host, bytes, n); /* that comes with EPIPE */
}

int64_t posix_io_write(Kctx *ctx, const KernelArgs *a, KernelHandle *h) { return posix_write_bytes(ctx, h, a->buffers[0], (size_t)a->sizes[0]); }

/* -- waiting -- */

typedef struct Entry {
  int64_t handle, wanted, ready;
} Entry;

enum { FEW = 32 };

static int always_ready(const KernelHandle *h) { return h->kind == ORUS_KIND_FILE || h->kind == ORUS_KIND_DIRECTORY; }

/* Holds the handle of an entry, and what to ask the host about it: nothing (-1) for what is always ready. */
static int hold(Kctx *ctx, const Entry *e, KernelHandle **held, struct pollfd *fd) {
  static const int64_t all = ORUS_POLL_READ | ORUS_POLL_WRITE | ORUS_POLL_ENDED;
  if (e->wanted & ~all) return kernel_fail(ctx, KERR_INVALID), 0;
  KernelHandle *h = kernel_handle_get(ctx, e->handle);
  if (!h) return 0;
  if (h->kind == ORUS_KIND_PROCESS && h->host < 0) { /* no descriptor for processes on this host */
    kernel_handle_put(ctx, h);
    return kernel_fail(ctx, KERR_UNSUPPORTED), 0;
  }
  short events = (short)((e->wanted & ORUS_POLL_READ ? POLLIN : 0) | (e->wanted & ORUS_POLL_WRITE ? POLLOUT : 0));
  *fd = (struct pollfd){always_ready(h) ? -1 : h->host, events, 0};
  *held = h;
  return 1;
}

/* A hangup leaves nothing to wait for when reading, an error nothing at all. */
static int64_t ready_bits(const KernelHandle *h, int64_t wanted, short got) {
  int64_t bits = 0;
  if (always_ready(h)) return wanted & (ORUS_POLL_READ | ORUS_POLL_WRITE);
  if (got & (POLLIN | POLLHUP | POLLERR)) bits |= ORUS_POLL_READ;
  if (got & (POLLOUT | POLLERR)) bits |= ORUS_POLL_WRITE;
  bits &= wanted;
  return bits | (got & (POLLHUP | POLLERR | POLLNVAL) ? ORUS_POLL_ENDED : 0);
}

static int64_t wait_for(Kctx *ctx, Entry *entries, size_t n, KernelHandle **held, struct pollfd *fds, int64_t timeout) {
  for (size_t i = 0; i < n; i++)
    if (ready_bits(held[i], entries[i].wanted, 0)) timeout = 0;
  struct timespec t = {(time_t)(timeout / 1000000000), (long)(timeout % 1000000000)};
  if (ppoll(fds, (nfds_t)n, timeout < 0 ? NULL : &t, NULL) < 0) return posix_fail(ctx);
  int64_t count = 0;
  for (size_t i = 0; i < n; i++) {
    entries[i].ready = ready_bits(held[i], entries[i].wanted, fds[i].revents);
    count += entries[i].ready != 0;
  }
  return count;
}

int64_t posix_io_poll(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  (void)h;
  KernelHandle *few_held[FEW], **held = few_held;
  struct pollfd few_fds[FEW], *fds = few_fds;
  Entry *entries = a->buffers[0];
  size_t n = (size_t)a->sizes[0] / sizeof *entries, each = sizeof *held + sizeof *fds;
  if (a->sizes[0] % sizeof *entries || n > KERNEL_HANDLES) return kernel_fail(ctx, KERR_INVALID);
  if (n > FEW) {
    held = kernel_alloc(ctx, n * each, sizeof(void *));
    if (!held) return -1;
    fds = (struct pollfd *)(void *)(held + n);
  }
  size_t got = 0;
  while (got < n && hold(ctx, &entries[got], &held[got], &fds[got])) got++;
  int64_t result = got == n ? wait_for(ctx, entries, n, held, fds, a->raw[0]) : -1;
  int32_t error = ctx->error;
  while (got) kernel_handle_put(ctx, held[--got]);
  ctx->error = error;
  if (n > FEW) kernel_free(ctx, held, n * each, sizeof(void *));
  return result;
}
