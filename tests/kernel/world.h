/* world.h -- what the tests of the kernel share: a kernel on the host behind a fault port, a directory of its own, short names.
 *
 * Invariant: when a world ends, all memory that the kernel got has been given back. */
#ifndef ORUS_TESTS_KERNEL_WORLD_H
#define ORUS_TESTS_KERNEL_WORLD_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "kernel/fault/fault.h"

typedef struct World {
  FaultPort fault;
  OrusKernel *kernel;
  OrusKctx k;
  char dir[32];
  char path[4][256]; /* of world_path(), the last four */
  unsigned paths;
} World;

#define TEXT(s) (s), (int64_t)strlen(s)
#define FAILS(call, name) (assert_int_equal((call), -1), assert_string_equal(error_name(w->k.error), #name))
#define UNUSED __attribute__((unused))

/* The sanitizers would end the process where malloc says no. */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);
const char *__asan_default_options(void) { return "allocator_may_return_null=1"; }
const char *__tsan_default_options(void) { return "allocator_may_return_null=1"; }

static UNUSED const char *error_name(int64_t error) {
  static const char *const names[] = {
#define KERNEL_ERROR(name, number, meaning) [number] = #name,
#include "errors.def"
  };
  return error >= 0 && error < (int64_t)(sizeof names / sizeof names[0]) ? names[error] : "?";
}

static UNUSED World *world_new(void) {
  World *w = calloc(1, sizeof *w);
  assert_non_null(w);
  strcpy(w->dir, "/tmp/orus-kernel-XXXXXX");
  assert_non_null(mkdtemp(w->dir));
  assert_int_equal(chmod(w->dir, 0755), 0);
  fault_init(&w->fault, orus_port_posix());
  assert_int_equal(orus_kernel_open(&w->fault.port, &w->kernel), ORUS_ERR_OK);
  orus_kctx_init(&w->k, w->kernel);
  return w;
}

/* A name in the world's directory. */
static UNUSED const char *world_path(World *w, const char *name) {
  char *to = w->path[w->paths++ % 4];
  snprintf(to, sizeof w->path[0], "%s/%s", w->dir, name);
  return to;
}

static UNUSED void world_end(World *w) {
  orus_kernel_close(w->kernel);
  assert_int_equal(fault_bytes(&w->fault), 0);
  assert_int_equal(fault_blocks(&w->fault), 0);
  char command[64];
  snprintf(command, sizeof command, "rm -rf %s", w->dir);
  assert_int_equal(system(command), 0);
  free(w);
}

static UNUSED int64_t open_file(World *w, const char *path, int64_t flags) { return orus_fs_open(&w->k, TEXT(path), flags); }

/* A file with these contents in the world's directory; its path. */
static UNUSED const char *make_file(World *w, const char *name, const char *contents) {
  const char *path = world_path(w, name);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs(contents, f);
  assert_int_equal(fclose(f), 0);
  return path;
}

/* A FIFO, open for reading and writing at once without blocking: a pipe in one handle. */
static UNUSED int64_t open_fifo(World *w, const char *name, int64_t flags) {
  const char *path = world_path(w, name);
  assert_int_equal(mkfifo(path, 0600), 0);
  return open_file(w, path, ORUS_OPEN_READ | ORUS_OPEN_WRITE | flags);
}

/* Writes until there is no more room. */
static UNUSED void fill(World *w, int64_t handle) {
  static const char block[4096];
  while (orus_io_write(&w->k, handle, block, sizeof block) > 0) {}
  while (orus_io_write(&w->k, handle, block, 1) > 0) {}
  assert_int_equal(w->k.error, ORUS_ERR_AGAIN);
}

static void on_alarm(int number) { (void)number; }

/* From soon on a signal every few milliseconds, with a handler that does not restart calls. */
static UNUSED void alarms(int on) {
  struct sigaction action = {.sa_handler = on_alarm};
  struct itimerval often = {{0, on ? 5000 : 0}, {0, on ? 5000 : 0}};
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &often, NULL);
}

/* Lets no descriptor be opened any more; with 0 again as before. */
static UNUSED void exhaust_descriptors(int on) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = on ? 0 : limit.rlim_max < 4096 ? limit.rlim_max : 4096;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* How many descriptors this process has open. */
static UNUSED int descriptors(void) {
  int n = 0;
  for (int fd = 0; fd < 4096; fd++) n += fcntl(fd, F_GETFD) >= 0;
  return n;
}

static UNUSED int64_t socket_of(World *w, int64_t family, int64_t kind, int64_t flags) {
  int64_t h = orus_net_socket(&w->k, family, kind, flags);
  assert_true(h >= 0);
  return h;
}

/* A listening TCP socket on loopback; its address goes to `address`. */
static UNUSED int64_t listener(World *w, char address[32], int64_t flags) {
  int64_t h = socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, flags);
  int64_t port = orus_net_bind(&w->k, h, TEXT("127.0.0.1:0"));
  assert_true(port > 0);
  assert_int_equal(orus_net_listen(&w->k, h, 8), 0);
  snprintf(address, 32, "127.0.0.1:%d", (int)port);
  return h;
}

/* Both ends of a TCP connection. */
static UNUSED void connection(World *w, int64_t ends[2]) {
  char address[32];
  int64_t server = listener(w, address, 0);
  ends[0] = socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, 0);
  assert_int_equal(orus_net_connect(&w->k, ends[0], TEXT(address)), 0);
  ends[1] = orus_net_accept(&w->k, server, 0);
  assert_true(ends[1] >= 0);
  assert_int_equal(orus_fs_close(&w->k, server), 0);
}

/* A port of loopback where nobody listens. */
static UNUSED void nobody(World *w, char address[32]) {
  int64_t h = listener(w, address, 0);
  assert_int_equal(orus_fs_close(&w->k, h), 0);
}

/* Starts a shell command; streams as for proc_spawn. */
static UNUSED int64_t spawn_shell(World *w, const char *command, int64_t streams[3]) {
  char args[1024];
  int n = snprintf(args, sizeof args, "/bin/sh%c-c%c%s", 0, 0, command) + 1;
  return orus_proc_spawn(&w->k, args, n, NULL, 0, NULL, 0, 0, streams, 3);
}

#endif
