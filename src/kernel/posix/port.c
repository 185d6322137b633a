/* posix/port.c -- the kernel calls on POSIX.  Processes and sockets are not here yet: those calls fail with UNSUPPORTED, and kernel_caps says so. */
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE
#include "kernel/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* -- errors -- */

static KernelError error_of(int host) {
  static const struct { int host; KernelError error; } map[] = {
      {EINVAL, KERR_INVALID}, {EBADF, KERR_BAD_HANDLE}, {ENOMEM, KERR_OUT_OF_MEMORY}, {EINTR, KERR_INTERRUPTED}, {EAGAIN, KERR_AGAIN}, {ENOENT, KERR_NOT_FOUND},
      {EEXIST, KERR_EXISTS}, {EACCES, KERR_ACCESS}, {EPERM, KERR_ACCESS}, {EISDIR, KERR_IS_DIRECTORY}, {ENOTDIR, KERR_NOT_DIRECTORY}, {ENOTEMPTY, KERR_NOT_EMPTY},
      {ENOSPC, KERR_NO_SPACE}, {EDQUOT, KERR_NO_SPACE}, {EFBIG, KERR_NO_SPACE}, {EMFILE, KERR_TOO_MANY}, {ENFILE, KERR_TOO_MANY}, {ENAMETOOLONG, KERR_NAME_TOO_LONG},
      {EROFS, KERR_READ_ONLY}, {EIO, KERR_IO}, {EPIPE, KERR_PIPE}, {ESPIPE, KERR_PIPE}, {EXDEV, KERR_CROSS_DEVICE}, {ELOOP, KERR_LOOP}, {EBUSY, KERR_BUSY},
      {ECONNRESET, KERR_RESET}};
  for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
    if (map[i].host == host) return map[i].error;
  return KERR_OTHER;
}

static int64_t result(Kctx *ctx, int64_t r) { return r < 0 ? kernel_fail(ctx, error_of(errno)) : r; }

/* A text argument as a C string in `to`; NULL after failing. */
static const char *text(Kctx *ctx, const KernelArgs *a, unsigned i, char *to) {
  if (a->sizes[i] >= PATH_MAX) return kernel_fail(ctx, KERR_NAME_TOO_LONG), NULL;
  if (memchr(a->buffers[i], 0, a->sizes[i]) || !a->sizes[i]) return kernel_fail(ctx, a->sizes[i] ? KERR_INVALID : KERR_NOT_FOUND), NULL;
  memcpy(to, a->buffers[i], a->sizes[i]);
  to[a->sizes[i]] = 0;
  return to;
}

/* -- io -- */

static int64_t io_read(Kctx *ctx, const KernelArgs *a) {
  int fd = kernel_handle_host(ctx, a->raw[0]);
  return fd < 0 ? -1 : result(ctx, read(fd, a->buffers[0], a->sizes[0]));
}

static int64_t io_write(Kctx *ctx, const KernelArgs *a) {
  int fd = kernel_handle_host(ctx, a->raw[0]);
  return fd < 0 ? -1 : result(ctx, write(fd, a->buffers[0], a->sizes[0]));
}

enum { POLL_MAX = 256 };

/* Triples (handle, wanted, ready): 1 read, 2 write. */
static int64_t io_poll(Kctx *ctx, const KernelArgs *a) {
  struct pollfd fds[POLL_MAX];
  int64_t *rows = a->buffers[0];
  size_t n = a->sizes[0] / (3 * sizeof *rows);
  if (a->sizes[0] % (3 * sizeof *rows) || n > POLL_MAX) return kernel_fail(ctx, KERR_INVALID);
  for (size_t i = 0; i < n; i++) {
    fds[i].fd = kernel_handle_host(ctx, rows[3 * i]);
    if (fds[i].fd < 0) return -1;
    fds[i].events = (short)((rows[3 * i + 1] & 1 ? POLLIN : 0) | (rows[3 * i + 1] & 2 ? POLLOUT : 0));
  }
  struct timespec wait = {a->raw[0] / 1000000000, a->raw[0] % 1000000000};
  int64_t ms = a->raw[0] < 0 ? -1 : (int64_t)wait.tv_sec * 1000 + (wait.tv_nsec + 999999) / 1000000;
  int ready = poll(fds, (nfds_t)n, ms > INT_MAX ? INT_MAX : (int)ms);
  if (ready < 0) return result(ctx, -1);
  for (size_t i = 0; i < n; i++) rows[3 * i + 2] = (fds[i].revents & (POLLIN | POLLHUP | POLLERR) ? 1 : 0) | (fds[i].revents & POLLOUT ? 2 : 0);
  return ready;
}

/* -- fs -- */

static int open_flags(int64_t f) {
  int flags = (f & 3) == 3 ? O_RDWR : f & 2 ? O_WRONLY : O_RDONLY;
  return flags | (f & 4 ? O_CREAT : 0) | (f & 8 ? O_TRUNC : 0) | (f & 16 ? O_APPEND : 0) | (f & 32 ? O_EXCL : 0) | (f & 64 ? O_NONBLOCK : 0) | O_CLOEXEC;
}

static int64_t fs_open(Kctx *ctx, const KernelArgs *a) {
  char path[PATH_MAX];
  if (!text(ctx, a, 0, path)) return -1;
  if (!(a->raw[0] & 3) || a->raw[0] < 0 || a->raw[0] > 127) return kernel_fail(ctx, KERR_INVALID);
  int fd = open(path, open_flags(a->raw[0]), 0666);
  if (fd < 0) return result(ctx, -1);
  int64_t handle = kernel_handle_new(ctx, fd);
  if (handle < 0) close(fd);
  return handle;
}

static int64_t fs_close(Kctx *ctx, const KernelArgs *a) {
  int fd = kernel_handle_take(ctx, a->raw[0]);
  return fd < 0 ? -1 : result(ctx, close(fd));
}

static int64_t fs_seek(Kctx *ctx, const KernelArgs *a) {
  static const int whence[] = {SEEK_SET, SEEK_CUR, SEEK_END};
  int fd = kernel_handle_host(ctx, a->raw[0]);
  if (fd < 0) return -1;
  if (a->raw[2] < 0 || a->raw[2] > 2) return kernel_fail(ctx, KERR_INVALID);
  return result(ctx, lseek(fd, a->raw[1], whence[a->raw[2]]));
}

static int64_t fs_stat(Kctx *ctx, const KernelArgs *a) {
  char path[PATH_MAX];
  struct stat st;
  if (!text(ctx, a, 0, path)) return -1;
  if (a->raw[0] & ~(int64_t)1) return kernel_fail(ctx, KERR_INVALID);
  if ((a->raw[0] ? lstat(path, &st) : stat(path, &st)) < 0) return result(ctx, -1);
  const int64_t values[] = {
      S_ISREG(st.st_mode) ? 1 : S_ISDIR(st.st_mode) ? 2 : S_ISLNK(st.st_mode) ? 6 : S_ISSOCK(st.st_mode) ? 4 : 3,
      st.st_size,
      (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
      st.st_mode & 07777,
      (int64_t)st.st_atim.tv_sec * 1000000000 + st.st_atim.tv_nsec,
      (int64_t)st.st_dev,
      (int64_t)st.st_ino,
      (int64_t)st.st_nlink,
  };
  memcpy(a->buffers[1], values, a->sizes[1] < sizeof values ? a->sizes[1] : sizeof values);
  return sizeof values / sizeof values[0];
}

static int64_t put_text(Kctx *ctx, const KernelArgs *a, unsigned buffer, const char *s, size_t n) {
  if (!a->sizes[buffer]) return (int64_t)n;
  if (n > a->sizes[buffer]) return kernel_fail(ctx, KERR_TOO_SMALL);
  memcpy(a->buffers[buffer], s, n);
  return (int64_t)n;
}

static int64_t fs_remove(Kctx *ctx, const KernelArgs *a) {
  char path[PATH_MAX];
  if (!text(ctx, a, 0, path)) return -1;
  if (a->raw[0] & ~(int64_t)1) return kernel_fail(ctx, KERR_INVALID);
  return result(ctx, a->raw[0] ? rmdir(path) : unlink(path));
}

static int64_t fs_rename(Kctx *ctx, const KernelArgs *a) {
  char from[PATH_MAX], to[PATH_MAX];
  return text(ctx, a, 0, from) && text(ctx, a, 1, to) ? result(ctx, rename(from, to)) : -1;
}

static int64_t fs_mkdir(Kctx *ctx, const KernelArgs *a) {
  char path[PATH_MAX];
  return text(ctx, a, 0, path) ? result(ctx, mkdir(path, 0777)) : -1;
}

/* -- randomness: all or nothing -- */

static int64_t rng_fill(Kctx *ctx, const KernelArgs *a) {
  unsigned char *to = a->buffers[0];
  for (uint64_t done = 0; done < a->sizes[0];) {
    size_t n = a->sizes[0] - done < 256 ? (size_t)(a->sizes[0] - done) : 256;
    if (getentropy(to + done, n) < 0) {
      memset(to, 0, a->sizes[0]);
      return kernel_fail(ctx, KERR_NO_ENTROPY);
    }
    done += n;
  }
  return (int64_t)a->sizes[0];
}

/* -- time -- */

static int64_t clock_ns(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t time_monotonic(Kctx *ctx, const KernelArgs *a) {
  (void)a;
  int64_t now = clock_ns(CLOCK_MONOTONIC), last = atomic_load(&ctx->kernel->last_time);
  while (now > last && !atomic_compare_exchange_weak(&ctx->kernel->last_time, &last, now)) {}
  return now > last ? now : last;
}

static int64_t time_utc(Kctx *ctx, const KernelArgs *a) {
  (void)ctx, (void)a;
  return clock_ns(CLOCK_REALTIME);
}

/* -- environment and process -- */

static int64_t env_get(Kctx *ctx, const KernelArgs *a) {
  char name[PATH_MAX];
  if (!text(ctx, a, 0, name)) return -1;
  const char *value = getenv(name);
  return value ? put_text(ctx, a, 1, value, strlen(value)) : kernel_fail(ctx, KERR_NOT_FOUND);
}

static int64_t env_iter(Kctx *ctx, const KernelArgs *a) {
  int64_t i = 0;
  while (environ[i] && i < a->raw[0]) i++;
  return environ[i] ? put_text(ctx, a, 0, environ[i], strlen(environ[i])) : 0;
}

static int64_t proc_exit(Kctx *ctx, const KernelArgs *a) {
  (void)ctx;
  _exit((int)a->raw[0] & 0xff);
}

/* -- the table -- */

typedef int64_t (*Call)(Kctx *ctx, const KernelArgs *a);

static int64_t kernel_caps(Kctx *ctx, const KernelArgs *a);

static const Call calls[KCALL_END] = {
    [KCALL_io_read] = io_read,     [KCALL_io_write] = io_write,   [KCALL_io_poll] = io_poll,     [KCALL_fs_open] = fs_open,   [KCALL_fs_close] = fs_close,
    [KCALL_fs_seek] = fs_seek,     [KCALL_fs_stat] = fs_stat,     [KCALL_fs_remove] = fs_remove, [KCALL_fs_rename] = fs_rename,
    [KCALL_fs_mkdir] = fs_mkdir,   [KCALL_rng_fill] = rng_fill,   [KCALL_time_monotonic] = time_monotonic, [KCALL_time_utc] = time_utc,
    [KCALL_env_get] = env_get,     [KCALL_env_iter] = env_iter,   [KCALL_proc_exit] = proc_exit, [KCALL_kernel_caps] = kernel_caps,
};

static int64_t kernel_caps(Kctx *ctx, const KernelArgs *a) {
  (void)ctx, (void)a;
  int64_t caps = 1ll << KCALL_mem_alloc | 1ll << KCALL_mem_realloc | 1ll << KCALL_mem_free | 1ll << KCALL_mem_zero | 1ll << KCALL_kernel_errno;
  for (unsigned i = 0; i < KCALL_END; i++)
    if (calls[i]) caps |= 1ll << i;
  return caps;
}

static int64_t posix_call(const KernelPort *port, Kctx *ctx, unsigned id, const KernelArgs *args) {
  (void)port;
  return calls[id] ? calls[id](ctx, args) : kernel_fail(ctx, KERR_UNSUPPORTED);
}

static void *posix_alloc(const KernelPort *port, Kctx *ctx, size_t size, size_t align) {
  (void)port, (void)ctx;
  void *block;
  if (align < sizeof(void *)) align = sizeof(void *);
  return posix_memalign(&block, align, size ? size : 1) ? NULL : block;
}

static void posix_free(const KernelPort *port, Kctx *ctx, void *block, size_t size, size_t align) {
  (void)port, (void)ctx, (void)size, (void)align;
  free(block);
}

const KernelPort *kernel_port_posix(void) {
  static const KernelPort port = {NULL, posix_call, posix_alloc, posix_free};
  return &port;
}
