/* env.c -- the environment, copied when the kernel is opened: the host's own is not safe to read while another thread changes it. */
#include "kernel/posix/posix.h"

#include <string.h>

extern char **environ;

int32_t posix_env_copy(Kctx *ctx) {
  PosixState *s = posix_state(ctx);
  size_t n = 0, bytes = 0;
  for (; environ && environ[n]; n++) bytes += strlen(environ[n]) + 1;
  bytes += (n + 1) * sizeof(char *);
  s->env = kernel_alloc(ctx, bytes, sizeof(char *));
  if (!s->env) return KERR_OUT_OF_MEMORY;
  char *text = (char *)(s->env + n + 1);
  for (size_t i = 0; i < n; i++) {
    size_t length = strlen(environ[i]) + 1;
    s->env[i] = memcpy(text, environ[i], length);
    text += length;
  }
  s->env[n] = NULL;
  s->env_count = n;
  s->env_bytes = bytes;
  return KERR_OK;
}

void posix_env_free(Kctx *ctx) { kernel_free(ctx, posix_state(ctx)->env, posix_state(ctx)->env_bytes, sizeof(char *)); }

int64_t posix_env_get(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  (void)h;
  const PosixState *s = posix_state(ctx);
  const char *name = a->buffers[0];
  size_t n = (size_t)a->sizes[0];
  if (!n || memchr(name, 0, n) || memchr(name, '=', n)) return kernel_fail(ctx, KERR_INVALID);
  for (char **e = s->env; *e; e++)
    if (!strncmp(*e, name, n) && (*e)[n] == '=') return kernel_put_text(ctx, a, 1, *e + n + 1, strlen(*e + n + 1));
  return kernel_fail(ctx, KERR_NOT_FOUND);
}

int64_t posix_env_iter(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  (void)h;
  const PosixState *s = posix_state(ctx);
  if (a->raw[0] < 0) return kernel_fail(ctx, KERR_INVALID);
  if ((uint64_t)a->raw[0] >= s->env_count) return 0;
  const char *entry = s->env[a->raw[0]];
  return kernel_put_text(ctx, a, 0, entry, strlen(entry));
}
