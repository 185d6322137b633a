/* errors.c -- the host's error numbers to ours, and texts to C strings. */
#include "kernel/posix/posix.h"

#include <errno.h>
#include <string.h>

KernelError posix_error(int host) {
  static const struct { int host; KernelError error; } map[] = {
      {EINVAL, KERR_INVALID}, {EBADF, KERR_BAD_HANDLE}, {ENOTSOCK, KERR_BAD_HANDLE}, {ESPIPE, KERR_BAD_HANDLE}, {ENOMEM, KERR_OUT_OF_MEMORY},
      {ENOBUFS, KERR_OUT_OF_MEMORY}, {EINTR, KERR_INTERRUPTED}, {EAGAIN, KERR_AGAIN}, {EWOULDBLOCK, KERR_AGAIN}, {ENOENT, KERR_NOT_FOUND}, {EEXIST, KERR_EXISTS},
      {EISCONN, KERR_EXISTS}, {EACCES, KERR_ACCESS}, {EPERM, KERR_ACCESS}, {EISDIR, KERR_IS_DIRECTORY}, {ENOTDIR, KERR_NOT_DIRECTORY},
      {ENOTEMPTY, KERR_NOT_EMPTY}, {ENOSPC, KERR_NO_SPACE}, {EDQUOT, KERR_NO_SPACE}, {EFBIG, KERR_NO_SPACE}, {EMFILE, KERR_TOO_MANY}, {ENFILE, KERR_TOO_MANY},
      {ENAMETOOLONG, KERR_NAME_TOO_LONG}, {E2BIG, KERR_NAME_TOO_LONG}, {EROFS, KERR_READ_ONLY}, {EIO, KERR_IO}, {EPIPE, KERR_PIPE}, {ENXIO, KERR_PIPE},
      {EADDRINUSE, KERR_IN_USE}, {EADDRNOTAVAIL, KERR_NOT_AVAILABLE}, {ECONNREFUSED, KERR_REFUSED}, {ECONNRESET, KERR_RESET}, {ECONNABORTED, KERR_RESET},
      {ENOTCONN, KERR_NOT_CONNECTED}, {EDESTADDRREQ, KERR_NOT_CONNECTED}, {EINPROGRESS, KERR_IN_PROGRESS}, {EALREADY, KERR_IN_PROGRESS},
      {ETIMEDOUT, KERR_TIMED_OUT}, {EHOSTUNREACH, KERR_UNREACHABLE}, {ENETUNREACH, KERR_UNREACHABLE}, {ENETDOWN, KERR_UNREACHABLE}, {ENOSYS, KERR_UNSUPPORTED},
      {EAFNOSUPPORT, KERR_UNSUPPORTED}, {EPROTONOSUPPORT, KERR_UNSUPPORTED}, {EOPNOTSUPP, KERR_UNSUPPORTED}, {ENOEXEC, KERR_INVALID}, {EMSGSIZE, KERR_INVALID},
      {ECHILD, KERR_NO_CHILD}, {EXDEV, KERR_CROSS_DEVICE}, {ELOOP, KERR_LOOP}, {EBUSY, KERR_BUSY}, {ETXTBSY, KERR_BUSY}};
  for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
    if (map[i].host == host) return map[i].error;
  return KERR_OTHER;
}

int64_t posix_fail(Kctx *ctx) { return kernel_fail(ctx, posix_error(errno)); }

int64_t posix_result(Kctx *ctx, int64_t r) { return r < 0 ? posix_fail(ctx) : r; }

const char *posix_text(Kctx *ctx, const KernelArgs *a, unsigned i, char *to) {
  if (a->sizes[i] >= PATH_ROOM) return kernel_fail(ctx, KERR_NAME_TOO_LONG), NULL;
  if (memchr(a->buffers[i], 0, a->sizes[i])) return kernel_fail(ctx, KERR_INVALID), NULL;
  memcpy(to, a->buffers[i], a->sizes[i]);
  to[a->sizes[i]] = 0;
  return to;
}
