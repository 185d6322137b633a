/* proc.c -- child processes.
 *
 * Everything that may fail is got before the child is started: places for its handle and those of the pipes, memory, descriptors.  A child that is closed
 * without having been waited for becomes an orphan of this kernel, and is collected by the next call that deals with processes. */
#include "kernel/posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct Process {
  pthread_mutex_t lock; /* of the next two, and of signals to the process */
  pid_t pid;
  int taken;            /* the code was given, the host knows the process no more */
  Process *next;        /* orphans */
};

int64_t posix_proc_exit(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  (void)h;
  if (a->raw[0] < 0 || a->raw[0] > 255) return kernel_fail(ctx, KERR_INVALID);
  _exit((int)a->raw[0]);
}

/* -- a descriptor that can be polled for the end of a process, where the host has that -- */

static int open_pidfd(pid_t pid) {
#ifdef SYS_pidfd_open
  return (int)syscall(SYS_pidfd_open, pid, 0); /* closes on exec of itself */
#else
  (void)pid;
  return -1;
#endif
}

int posix_has_pidfd(void) {
  int fd = open_pidfd(getpid());
  if (fd >= 0) close(fd);
  return fd >= 0;
}

/* -- collecting -- */

static void free_process(Kctx *ctx, Process *p) {
  pthread_mutex_destroy(&p->lock);
  kernel_free(ctx, p, sizeof *p, sizeof(void *));
}

/* Whether the host has given up the process; its status is lost. */
static int collect(pid_t pid) {
  pid_t r;
  while ((r = waitpid(pid, NULL, WNOHANG)) < 0 && errno == EINTR) {}
  return r != 0;
}

void posix_reap_orphans(Kctx *ctx) {
  PosixState *s = posix_state(ctx);
  pthread_mutex_lock(&s->lock);
  for (Process **at = &s->orphans; *at;) {
    Process *p = *at;
    if (!collect(p->pid)) {
      at = &p->next;
      continue;
    }
    *at = p->next;
    free_process(ctx, p);
  }
  pthread_mutex_unlock(&s->lock);
}

void posix_forget_orphans(Kctx *ctx) {
  posix_reap_orphans(ctx);
  PosixState *s = posix_state(ctx);
  for (Process *p; (p = s->orphans);) {
    s->orphans = p->next;
    free_process(ctx, p);
  }
}

void posix_process_release(Kctx *ctx, KernelHandle *h) {
  PosixState *s = posix_state(ctx);
  Process *p = h->state;
  if (h->host >= 0) close(h->host);
  if (p->taken) free_process(ctx, p);
  else {
    pthread_mutex_lock(&s->lock);
    p->next = s->orphans;
    s->orphans = p;
    pthread_mutex_unlock(&s->lock);
  }
  posix_reap_orphans(ctx);
}

/* -- waiting -- */

enum { RUNNING = -2 };

/* The code of a process that has ended, RUNNING, or -1 after failing. */
static int64_t take(Kctx *ctx, Process *p) {
  int status = 0;
  pid_t r = -1;
  pthread_mutex_lock(&p->lock);
  if (!p->taken) {
    while ((r = waitpid(p->pid, &status, WNOHANG)) < 0 && errno == EINTR) {}
    p->taken = r != 0;
  }
  pthread_mutex_unlock(&p->lock);
  if (r < 0) return kernel_fail(ctx, KERR_NO_CHILD);
  if (r == 0) return RUNNING;
  return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* While it is not taken, the number is that of our child and of nobody else. */
static int64_t signal_process(Kctx *ctx, Process *p, int64_t flags) {
  int64_t result = 0;
  pthread_mutex_lock(&p->lock);
  if (p->taken) result = kernel_fail(ctx, KERR_NO_CHILD);
  else if (flags) result = posix_result(ctx, kill(p->pid, flags & ORUS_WAIT_KILL ? SIGKILL : SIGTERM));
  pthread_mutex_unlock(&p->lock);
  return result;
}

/* Sleeps until the process has ended, maybe, or the time is over: at most `ns` (negative: for ever). */
static int sleep_on(const KernelHandle *h, int64_t ns) {
  static const int64_t step = 2000000; /* without a descriptor, look again */
  if (h->host < 0 && (ns < 0 || ns > step)) ns = step;
  struct pollfd fd = {h->host, POLLIN, 0};
  struct timespec t = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
  return ppoll(&fd, 1, ns < 0 ? NULL : &t, NULL);
}

int64_t posix_proc_wait(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  int64_t timeout = a->raw[1], start = posix_clock_ns(0), code;
  if (h->kind != ORUS_KIND_PROCESS) return kernel_fail(ctx, KERR_BAD_HANDLE);
  if (a->raw[2] & ~(int64_t)(ORUS_WAIT_END | ORUS_WAIT_KILL)) return kernel_fail(ctx, KERR_INVALID);
  posix_reap_orphans(ctx);
  if (signal_process(ctx, h->state, a->raw[2]) < 0) return -1;
  while ((code = take(ctx, h->state)) == RUNNING) {
    int64_t passed = posix_clock_ns(0) - start;
    if (timeout >= 0 && passed >= timeout) return kernel_fail(ctx, KERR_TIMED_OUT);
    if (sleep_on(h, timeout < 0 ? -1 : timeout - passed) < 0) return posix_fail(ctx);
  }
  return code;
}

/* -- starting -- */

typedef struct Spawn {
  Kctx *ctx;
  KernelHandle *process, *pipes[3]; /* not published yet */
  Process *state;
  int child[3];                     /* what becomes 0, 1, 2 of the child; above 2 here, so that none overwrites another */
  char **argv, **envp;              /* in one block of `bytes` */
  size_t bytes;
  const char *cwd;
} Spawn;

/* How many texts there are that each end in a zero byte; -1: the last one does not. */
static int64_t count_texts(const char *texts, uint64_t size) {
  int64_t n = 0;
  if (size && texts[size - 1]) return -1;
  for (uint64_t i = 0; i < size; i++) n += !texts[i];
  return n;
}

static char *next_text(char *text) { return text + strlen(text) + 1; }

/* Adds NAME=value, in place of an entry with this name. */
static void put_env(char **envp, size_t *n, char *entry) {
  size_t name = strcspn(entry, "=") + 1, i = 0;
  while (i < *n && strncmp(envp[i], entry, name)) i++;
  envp[i] = entry;
  *n += i == *n;
}

/* The lists of arguments and environment point into the caller's texts and the kernel's copy. */
static int make_lists(Spawn *s, const KernelArgs *a, int64_t flags) {
  const PosixState *posix = posix_state(s->ctx);
  int64_t args = count_texts(a->buffers[0], a->sizes[0]), added = count_texts(a->buffers[1], a->sizes[1]);
  char *text = a->buffers[0];
  if (args < 1 || added < 0 || !*text) return kernel_fail(s->ctx, KERR_INVALID), 0;
  s->bytes = ((size_t)args + (size_t)added + posix->env_count + 2) * sizeof(char *);
  s->argv = kernel_alloc(s->ctx, s->bytes, sizeof(char *));
  if (!s->argv) return 0;
  for (int64_t i = 0; i < args; i++, text = next_text(text)) s->argv[i] = text;
  s->argv[args] = NULL;
  s->envp = s->argv + args + 1;
  size_t n = 0;
  for (size_t i = 0; !(flags & ORUS_SPAWN_CLEAR_ENV) && i < posix->env_count; i++) s->envp[n++] = posix->env[i];
  text = a->buffers[1];
  for (int64_t i = 0; i < added; i++, text = next_text(text)) {
    if (!strchr(text, '=') || *text == '=') return kernel_fail(s->ctx, KERR_INVALID), 0;
    put_env(s->envp, &n, text);
  }
  s->envp[n] = NULL;
  return 1;
}

static int duplicate(int fd) { return fcntl(fd, F_DUPFD_CLOEXEC, KERNEL_STREAMS); }

static int make_pipe(Spawn *s, unsigned i, int64_t flags) {
  int ends[2], ours = i == 0;
  if (!(s->pipes[i] = kernel_handle_new(s->ctx))) return 0;
  if (pipe2(ends, O_CLOEXEC) < 0) return posix_fail(s->ctx), 0;
  s->child[i] = ends[!ours];
  s->pipes[i]->kind = ORUS_KIND_STREAM;
  s->pipes[i]->host = ends[ours];
  if (flags & ORUS_SPAWN_NONBLOCK) fcntl(ends[ours], F_SETFL, O_NONBLOCK | (ours ? O_WRONLY : O_RDONLY));
  return 1;
}

static int from_handle(Spawn *s, unsigned i, int64_t number) {
  KernelHandle *h = kernel_handle_get(s->ctx, number);
  if (!h) return 0;
  int fits = h->kind == ORUS_KIND_FILE || h->kind == ORUS_KIND_STREAM || h->kind == ORUS_KIND_SOCKET;
  if (!fits) kernel_fail(s->ctx, KERR_BAD_HANDLE);
  else if ((s->child[i] = duplicate(h->host)) < 0) fits = 0, posix_fail(s->ctx);
  int32_t error = s->ctx->error;
  kernel_handle_put(s->ctx, h);
  s->ctx->error = error;
  return fits;
}

static int make_stream(Spawn *s, unsigned i, int64_t what, int64_t flags) {
  if (what >= 0) return from_handle(s, i, what);
  if (what == ORUS_STREAM_PIPE) return make_pipe(s, i, flags);
  if (what == ORUS_STREAM_INHERIT) s->child[i] = duplicate((int)i);
  else if (what == ORUS_STREAM_NULL) s->child[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
  else if (what == ORUS_STREAM_OUTPUT && i == 2) s->child[i] = duplicate(s->child[1]);
  else return kernel_fail(s->ctx, KERR_INVALID), 0;
  return s->child[i] >= 0 ? 1 : (posix_fail(s->ctx), 0);
}

/* Signals as a fresh process has them, streams, directory.  The host's error. */
static int start(const Spawn *s, const char *program, pid_t *pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  if (posix_spawn_file_actions_init(&actions)) return ENOMEM;
  if (posix_spawnattr_init(&attributes)) return posix_spawn_file_actions_destroy(&actions), ENOMEM;
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  int error = *s->cwd ? posix_spawn_file_actions_addchdir_np(&actions, s->cwd) : 0;
  for (int i = 0; i < 3 && !error; i++) error = posix_spawn_file_actions_adddup2(&actions, s->child[i], i);
#ifdef __GLIBC_PREREQ
#if __GLIBC_PREREQ(2, 34)
  if (!error) error = posix_spawn_file_actions_addclosefrom_np(&actions, KERNEL_STREAMS); /* what others in this process have left open */
#endif
#endif
  if (!error) error = posix_spawn(pid, program, &actions, &attributes, s->argv, s->envp);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

static const char *search_path(const PosixState *s) {
  for (char **e = s->env; *e; e++)
    if (!strncmp(*e, "PATH=", 5)) return *e + 5;
  return "/bin:/usr/bin";
}

/* Looks along PATH as POSIX says for execvp: a place that denies is remembered, the search goes on. */
static int find_and_start(const Spawn *s, pid_t *pid) {
  const char *name = s->argv[0];
  if (strchr(name, '/')) return start(s, name, pid);
  char program[PATH_ROOM];
  int denied = 0;
  size_t length = strlen(name), n;
  for (const char *at = search_path(posix_state(s->ctx));; at += n + 1) {
    n = strcspn(at, ":");
    if (n + length + 2 <= sizeof program) {
      memcpy(program, at, n);
      program[n] = '/';
      memcpy(program + n + !!n, name, length + 1);
      int absent = *program == '/' && access(program, F_OK) < 0; /* saves making a process to find out */
      int error = absent ? ENOENT : start(s, n ? program : name, pid);
      if (error == EACCES) denied = error;
      else if (error != ENOENT && error != ENOTDIR) return error;
    }
    if (!at[n]) return denied ? denied : ENOENT;
  }
}

static int prepare(Spawn *s, const KernelArgs *a, char *cwd) {
  int64_t flags = a->raw[0];
  const int64_t *streams = a->buffers[3];
  if (flags & ~(int64_t)(ORUS_SPAWN_CLEAR_ENV | ORUS_SPAWN_NONBLOCK) || a->sizes[3] != 3 * sizeof *streams) return kernel_fail(s->ctx, KERR_INVALID), 0;
  if (!(s->cwd = posix_text(s->ctx, a, 2, cwd)) || !make_lists(s, a, flags)) return 0;
  if (!(s->process = kernel_handle_new(s->ctx))) return 0;
  if (!(s->state = kernel_alloc(s->ctx, sizeof *s->state, sizeof(void *)))) return 0;
  for (unsigned i = 0; i < 3; i++)
    if (!make_stream(s, i, streams[i], flags)) return 0;
  return 1;
}

static void undo(Spawn *s) {
  for (unsigned i = 0; i < 3; i++) {
    if (!s->pipes[i]) continue;
    if (s->pipes[i]->host >= 0) close(s->pipes[i]->host);
    kernel_handle_give_up(s->ctx, s->pipes[i]);
  }
  if (s->state) kernel_free(s->ctx, s->state, sizeof *s->state, sizeof(void *));
  if (s->process) kernel_handle_give_up(s->ctx, s->process);
}

static int64_t publish(Spawn *s, pid_t pid, int64_t *streams) {
  *s->state = (Process){PTHREAD_MUTEX_INITIALIZER, pid, 0, NULL};
  s->process->kind = ORUS_KIND_PROCESS;
  s->process->state = s->state;
  s->process->host = open_pidfd(pid);
  for (unsigned i = 0; i < 3; i++)
    if (s->pipes[i]) streams[i] = kernel_handle_publish(s->ctx, s->pipes[i]);
  return kernel_handle_publish(s->ctx, s->process);
}

int64_t posix_proc_spawn(Kctx *ctx, const KernelArgs *a, KernelHandle *h) {
  (void)h;
  Spawn s = {.ctx = ctx, .child = {-1, -1, -1}};
  char cwd[PATH_ROOM];
  pid_t pid;
  posix_reap_orphans(ctx);
  int ok = prepare(&s, a, cwd);
  if (ok) {
    int error = find_and_start(&s, &pid);
    if (error) ok = 0, kernel_fail(ctx, posix_error(error));
  }
  for (unsigned i = 0; i < 3; i++)
    if (s.child[i] >= 0) close(s.child[i]);
  if (s.argv) kernel_free(ctx, s.argv, s.bytes, sizeof(char *));
  if (ok) return publish(&s, pid, a->buffers[3]);
  undo(&s);
  return -1;
}
