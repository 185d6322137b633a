/* sys.c -- what there is to know about the system and about handles. */
#include "kernel/posix/posix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

typedef int64_t Topic(Kctx *ctx, const KernelArgs *a);

/* Both results, or neither. */
static int64_t put(Kctx *ctx, const KernelArgs *a, const int64_t *values, size_t count, const char *text, size_t length) {
  int64_t n = kernel_put_text(ctx, a, 1, text, length);
  if (n >= 0) kernel_put_values(a, 0, values, count);
  return n;
}

static int64_t about_system(Kctx *ctx, const KernelArgs *a) {
  struct utsname name;
  char text[sizeof name.sysname + sizeof name.machine + 1];
  if (uname(&name) < 0) return posix_fail(ctx);
  int64_t page = sysconf(_SC_PAGESIZE), pages = sysconf(_SC_PHYS_PAGES), processors = sysconf(_SC_NPROCESSORS_ONLN);
  const int64_t values[] = {ORUS_KERNEL_v1, 1, 8 * (int64_t)sizeof(void *), page, processors > 0 ? processors : 1, pages > 0 ? pages * page : 0, getpid(), kernel_handles_open(ctx)};
  int n = snprintf(text, sizeof text, "%s %s", name.sysname, name.machine);
  return put(ctx, a, values, sizeof values / sizeof values[0], text, (size_t)n);
}

static int64_t about_directory(Kctx *ctx, const KernelArgs *a) {
  char path[PATH_ROOM];
  if (getcwd(path, sizeof path)) return put(ctx, a, NULL, 0, path, strlen(path));
  return errno == ERANGE ? kernel_fail(ctx, KERR_OTHER) : posix_fail(ctx);
}

/* Where there is no /proc: by the name under which the system was told to run it. Its length, or -1. */
static ssize_t started_as(char path[PATH_ROOM]) {
  const char *name = (const char *)(uintptr_t)getauxval(AT_EXECFN);
  return name && realpath(name, path) ? (ssize_t)strlen(path) : -1;
}

static int64_t about_executable(Kctx *ctx, const KernelArgs *a) {
  char path[PATH_ROOM];
  ssize_t n = readlink("/proc/self/exe", path, sizeof path);
  if (n < 0) n = started_as(path);
  return n < 0 ? kernel_fail(ctx, KERR_UNSUPPORTED) : put(ctx, a, NULL, 0, path, (size_t)n);
}

static int64_t about_host(Kctx *ctx, const KernelArgs *a) {
  char name[256];
  if (gethostname(name, sizeof name) < 0) return posix_fail(ctx);
  return put(ctx, a, NULL, 0, name, strnlen(name, sizeof name));
}

static int64_t describe(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  struct winsize size = {0};
  char text[ADDRESS_ROOM];
  int64_t port = 0, n = 0;
  int terminal = h->kind == ORUS_KIND_STREAM && isatty(h->host);
  if (terminal && ioctl(h->host, TIOCGWINSZ, &size) < 0) memset(&size, 0, sizeof size);
  if (h->kind == ORUS_KIND_SOCKET && (n = posix_socket_name(ctx, h, 0, text, &port)) < 0) n = 0; /* of a family that has no text */
  const int64_t values[] = {h->kind, terminal, size.ws_col, size.ws_row, port};
  return put(ctx, a, values, sizeof values / sizeof values[0], text, (size_t)n);
}

static int64_t peer(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  char text[ADDRESS_ROOM];
  int64_t port = 0, n = posix_socket_name(ctx, h, 1, text, &port);
  return n < 0 ? n : put(ctx, a, &port, 1, text, (size_t)n);
}

static int64_t of_handle(Kctx *ctx, const KernelArgs *a, int64_t (*tell)(Kctx *, const KernelArgs *, KernelHandle *)) {
  KernelHandle *h = kernel_handle_get(ctx, a->raw[1]);
  if (!h) return -1;
  int64_t result = tell(ctx, a, h);
  int32_t error = ctx->error;
  kernel_handle_put(ctx, h);
  ctx->error = error;
  return result;
}

static int64_t about_handle(Kctx *ctx, const KernelArgs *a) { return of_handle(ctx, a, describe); }
static int64_t about_peer(Kctx *ctx, const KernelArgs *a) { return of_handle(ctx, a, peer); }

int64_t posix_sys_info(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  (void)h;
  static Topic *const topics[] = {[ORUS_INFO_SYSTEM] = about_system, [ORUS_INFO_DIRECTORY] = about_directory, [ORUS_INFO_EXECUTABLE] = about_executable,
                                  [ORUS_INFO_HOST] = about_host,     [ORUS_INFO_HANDLE] = about_handle,       [ORUS_INFO_PEER] = about_peer};
  int64_t topic = a->raw[0];
  if (topic < 0 || topic >= (int64_t)(sizeof topics / sizeof topics[0])) return kernel_info(ctx, a);
  return topics[topic](ctx, a);
}
