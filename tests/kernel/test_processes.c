/* Child processes: streams, environment, directory, codes, signals; no zombies, no inherited handles. */
#include "world.h"

#include <errno.h>
#include <pthread.h>
#include <sys/wait.h>

enum { PIPE = ORUS_STREAM_PIPE, NONE = ORUS_STREAM_NULL };

/* Everything that comes until the end; its length. */
static int64_t drain(World *w, int64_t h, char *to, int64_t room) {
  int64_t n = 0, r;
  while (n < room - 1 && (r = orus_io_read(&w->k, h, to + n, room - 1 - n)) > 0) n += r;
  to[n] = 0;
  return n;
}

static int has_children(void) { return waitpid(-1, NULL, WNOHANG) == 0 || errno != ECHILD; }

static void pipes_lead_through_a_child(void **unused) {
  (void)unused;
  World *w = world_new();
  char text[64];
  int64_t s[3] = {PIPE, PIPE, PIPE}, child = spawn_shell(w, "tr a-z A-Z; echo complaint >&2; exit 7", s);
  assert_true(child >= 0);
  assert_int_equal(orus_io_write(&w->k, s[0], "hello", 5), 5);
  assert_int_equal(orus_fs_close(&w->k, s[0]), 0);
  drain(w, s[1], text, sizeof text);
  assert_string_equal(text, "HELLO");
  drain(w, s[2], text, sizeof text);
  assert_string_equal(text, "complaint\n");
  assert_int_equal(orus_proc_wait(&w->k, child, -1, 0), 7);
  FAILS(orus_proc_wait(&w->k, child, -1, 0), NO_CHILD);
  FAILS(orus_proc_wait(&w->k, child, -1, ORUS_WAIT_KILL), NO_CHILD);
  assert_int_equal(orus_fs_close(&w->k, child), 0);
  assert_false(has_children());
  world_end(w);
}

static void errors_may_go_where_output_goes(void **unused) {
  (void)unused;
  World *w = world_new();
  char text[64];
  int64_t s[3] = {NONE, PIPE, ORUS_STREAM_OUTPUT}, child = spawn_shell(w, "cat; echo a; echo b >&2; echo c", s);
  drain(w, s[1], text, sizeof text);
  assert_string_equal(text, "a\nb\nc\n");
  assert_int_equal(orus_proc_wait(&w->k, child, -1, 0), 0);
  world_end(w);
}

static void a_file_can_be_a_stream(void **unused) {
  (void)unused;
  World *w = world_new();
  char text[64];
  int64_t in = open_file(w, make_file(w, "in", "from a file"), ORUS_OPEN_READ);
  int64_t out = open_file(w, world_path(w, "out"), ORUS_OPEN_READ | ORUS_OPEN_WRITE | ORUS_OPEN_CREATE);
  int64_t s[3] = {in, out, out}, child = spawn_shell(w, "cat", s);
  assert_int_equal(orus_proc_wait(&w->k, child, -1, 0), 0);
  assert_int_equal(orus_fs_seek(&w->k, out, 0, ORUS_SEEK_START), 0);
  drain(w, out, text, sizeof text);
  assert_string_equal(text, "from a file");
  assert_int_equal(s[0], in);
  world_end(w);
}

/* Output of a command with this environment, in this directory. */
static void output(World *w, const char *command, const char *env, int64_t env_size, const char *cwd, int64_t flags, char *to, int64_t room) {
  char args[256];
  int n = snprintf(args, sizeof args, "sh%c-c%c%s", 0, 0, command) + 1;
  int64_t s[3] = {NONE, PIPE, NONE}, child = orus_proc_spawn(&w->k, args, n, env, env_size, TEXT(cwd), flags, s, 3);
  assert_true(child >= 0);
  drain(w, s[1], to, room);
  assert_int_equal(orus_proc_wait(&w->k, child, -1, 0), 0);
  orus_fs_close(&w->k, child);
  orus_fs_close(&w->k, s[1]);
}

static void environment_and_directory_are_given(void **unused) {
  (void)unused;
  static const char env[] = "ORUS_A=1\0ORUS_B=two words\0HOME=/nowhere\0ORUS_A=3";
  World *w = world_new();
  char text[256];
  output(w, "echo $ORUS_A,$ORUS_B,$HOME,${PATH:+path}", env, sizeof env, "", 0, text, sizeof text);
  assert_string_equal(text, "3,two words,/nowhere,path\n");
  output(w, "/usr/bin/env | /usr/bin/grep -c '^ORUS\\|^HOME'; echo $HOME", env, sizeof env, "", ORUS_SPAWN_CLEAR_ENV, text, sizeof text);
  assert_string_equal(text, "3\n/nowhere\n");
  output(w, "pwd", NULL, 0, w->dir, 0, text, sizeof text);
  assert_memory_equal(text, w->dir, strlen(w->dir));
  make_file(w, "program", "#!/bin/sh\necho here\n");
  chmod(world_path(w, "program"), 0700);
  int64_t s[3] = {NONE, PIPE, NONE}, child = orus_proc_spawn(&w->k, "./program", 10, NULL, 0, TEXT(w->dir), 0, s, 3);
  assert_true(child >= 0);
  drain(w, s[1], text, sizeof text);
  assert_string_equal(text, "here\n");
  assert_int_equal(orus_proc_wait(&w->k, child, -1, 0), 0);
  static const char bad_env[] = "NOVALUE";
  FAILS(orus_proc_spawn(&w->k, "true", 5, bad_env, sizeof bad_env, NULL, 0, 0, s, 3), INVALID);
  FAILS(orus_proc_spawn(&w->k, "true", 4, NULL, 0, NULL, 0, 0, s, 3), INVALID); /* no zero byte */
  FAILS(orus_proc_spawn(&w->k, "", 1, NULL, 0, NULL, 0, 0, s, 3), INVALID);
  FAILS(orus_proc_spawn(&w->k, "true", 5, NULL, 0, NULL, 0, 0, s, 2), INVALID);
  world_end(w);
}

/* Only 0, 1 and 2, although files, pipes, sockets, directories and another process are open here. */
static void nothing_else_is_inherited(void **unused) {
  (void)unused;
  World *w = world_new();
  char text[256], address[32], path[300];
  int64_t s[3] = {PIPE, PIPE, PIPE}, other = spawn_shell(w, "cat", s);
  assert_true(other >= 0 && listener(w, address, 0) >= 0);
  assert_true(open_file(w, w->dir, ORUS_OPEN_READ | ORUS_OPEN_DIRECTORY) >= 0 && open_file(w, "/dev/null", ORUS_OPEN_READ) >= 0);
  int64_t t[3] = {PIPE, PIPE, NONE}, child = spawn_shell(w, "echo $$; read x", t), n = orus_io_read(&w->k, t[1], text, 255);
  assert_true(n > 1);
  text[n - 1] = 0;
  snprintf(path, sizeof path, "/proc/%s/fd", text);
  int64_t directory = open_file(w, path, ORUS_OPEN_READ | ORUS_OPEN_DIRECTORY);
  n = orus_fs_list(&w->k, directory, text, sizeof text);
  int64_t codes = orus_proc_wait(&w->k, child, -1, ORUS_WAIT_KILL) + orus_proc_wait(&w->k, other, -1, ORUS_WAIT_KILL);
  assert_int_equal(codes, 2 * (256 + SIGKILL));
  assert_int_equal(n, 3 * (3 + 1)); /* three names of one digit */
  for (int i = 0; i < 3; i++) assert_true(text[4 * i + 3] >= '0' && text[4 * i + 3] <= '2');
  world_end(w);
}

/* The streams of this process may be named in any order: they do not overwrite each other on the way. */
static void own_streams_can_be_crossed(void **unused) {
  (void)unused;
  World *w = world_new();
  char text[64];
  int64_t in = open_file(w, make_file(w, "in", ""), ORUS_OPEN_READ | ORUS_OPEN_WRITE);
  int64_t out = open_file(w, world_path(w, "out"), ORUS_OPEN_READ | ORUS_OPEN_WRITE | ORUS_OPEN_CREATE);
  int saved[3];
  fflush(stdout);
  for (int i = 0; i < 3; i++) saved[i] = dup(i);
  KernelHandle *a = kernel_handle_get(&w->k, in), *b = kernel_handle_get(&w->k, out);
  dup2(a->host, 1);
  dup2(b->host, 2);
  int64_t s[3] = {NONE, 2, 1}, child = spawn_shell(w, "echo out; echo err >&2", s), code = orus_proc_wait(&w->k, child, -1, 0);
  for (int i = 0; i < 3; i++) dup2(saved[i], i), close(saved[i]);
  kernel_handle_put(&w->k, a);
  kernel_handle_put(&w->k, b);
  assert_int_equal(code, 0);
  orus_fs_seek(&w->k, out, 0, ORUS_SEEK_START);
  drain(w, out, text, sizeof text);
  assert_string_equal(text, "out\n");
  orus_fs_seek(&w->k, in, 0, ORUS_SEEK_START);
  drain(w, in, text, sizeof text);
  assert_string_equal(text, "err\n");
  world_end(w);
}

static void signals_are_told_and_sent(void **unused) {
  (void)unused;
  World *w = world_new();
  int64_t s[3] = {NONE, NONE, NONE}, child = spawn_shell(w, "kill -9 $$", s);
  assert_int_equal(orus_proc_wait(&w->k, child, -1, 0), 256 + SIGKILL);
  child = spawn_shell(w, "exec sleep 20", s);
  FAILS(orus_proc_wait(&w->k, child, 0, 0), TIMED_OUT);
  int64_t start = orus_time_monotonic(&w->k);
  FAILS(orus_proc_wait(&w->k, child, 20000000, 0), TIMED_OUT);
  assert_true(orus_time_monotonic(&w->k) - start >= 20000000);
  assert_int_equal(orus_proc_wait(&w->k, child, -1, ORUS_WAIT_END), 256 + SIGTERM);
  /* a child starts with the default signals: yes ends when nobody reads */
  int64_t t[3] = {NONE, PIPE, NONE};
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  child = spawn_shell(w, "exec yes", t);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  orus_fs_close(&w->k, t[1]);
  assert_int_equal(orus_proc_wait(&w->k, child, 5000000000, 0), 256 + SIGPIPE);
  world_end(w);
}

/* Linux sends the signal with a part written, too. */
static void a_reader_may_go_amid_a_write(void **unused) {
  (void)unused;
  static const char text[1 << 20];
  World *w = world_new();
  int64_t s[3] = {PIPE, NONE, NONE}, child = spawn_shell(w, "sleep 0.1", s), n = orus_io_write(&w->k, s[0], text, sizeof text);
  assert_in_range(n, 1, sizeof text - 1);
  FAILS(orus_io_write(&w->k, s[0], text, 1), PIPE);
  assert_int_equal(orus_proc_wait(&w->k, child, -1, 0), 0);
  world_end(w);
}

typedef struct Waiter {
  OrusKernel *kernel;
  int64_t child, result;
  int32_t error;
} Waiter;

static void *wait_for(void *argument) {
  Waiter *w = argument;
  OrusKctx k;
  orus_kctx_init(&k, w->kernel);
  w->result = orus_proc_wait(&k, w->child, -1, 0);
  w->error = k.error;
  return NULL;
}

static void one_of_several_waiting_threads_gets_the_code(void **unused) {
  (void)unused;
  World *w = world_new();
  int64_t s[3] = {PIPE, NONE, NONE}, child = spawn_shell(w, "read x; exit 9", s);
  Waiter waiters[4];
  pthread_t threads[4];
  int codes = 0, none = 0;
  for (int i = 0; i < 4; i++) {
    waiters[i] = (Waiter){w->kernel, child, 0, 0};
    assert_int_equal(pthread_create(&threads[i], NULL, wait_for, &waiters[i]), 0);
  }
  assert_int_equal(orus_io_write(&w->k, s[0], "\n", 1), 1);
  for (int i = 0; i < 4; i++) {
    pthread_join(threads[i], NULL);
    codes += waiters[i].result == 9;
    none += waiters[i].result == -1 && waiters[i].error == KERR_NO_CHILD;
  }
  assert_int_equal(codes, 1);
  assert_int_equal(none, 3);
  world_end(w);
}

static void the_end_of_a_process_can_be_polled(void **unused) {
  (void)unused;
  World *w = world_new();
  assert_true(orus_kernel_caps(&w->k) >> ORUS_CAP_PROC_POLL & 1);
  int64_t s[3] = {PIPE, NONE, NONE}, child = spawn_shell(w, "read x; exit 3", s), e[] = {child, ORUS_POLL_READ, 0};
  assert_int_equal(orus_io_poll(&w->k, e, 3, 1000000), 0);
  assert_int_equal(orus_io_write(&w->k, s[0], "\n", 1), 1);
  assert_int_equal(orus_io_poll(&w->k, e, 3, 5000000000), 1);
  assert_true(e[2] & ORUS_POLL_READ);
  assert_int_equal(orus_proc_wait(&w->k, child, 0, 0), 3);
  char c;
  FAILS(orus_io_read(&w->k, child, &c, 1), BAD_HANDLE);
  world_end(w);
}

static void closed_children_leave_no_zombie(void **unused) {
  (void)unused;
  World *w = world_new();
  int before = descriptors();
  for (int i = 0; i < 20; i++) {
    int64_t s[3] = {PIPE, PIPE, NONE}, child = spawn_shell(w, i % 2 ? "exit 0" : "read x", s);
    assert_true(child >= 0);
    assert_int_equal(orus_fs_close(&w->k, child), 0);
    assert_int_equal(orus_fs_close(&w->k, s[0]), 0);
    assert_int_equal(orus_fs_close(&w->k, s[1]), 0);
  }
  assert_int_equal(descriptors(), before);
  /* all of them end by themselves; the next one that is closed collects the rest */
  int64_t s[3] = {NONE, NONE, NONE};
  for (int tries = 0; has_children() && tries < 500; tries++) {
    int64_t child = spawn_shell(w, "exit 0", s);
    assert_int_equal(orus_proc_wait(&w->k, child, -1, 0), 0);
    orus_fs_close(&w->k, child);
    usleep(1000);
  }
  assert_false(has_children());
  world_end(w);
}

static void unblocked_pipes_say_again(void **unused) {
  (void)unused;
  World *w = world_new();
  char c, args[] = "cat";
  int64_t s[3] = {PIPE, PIPE, NONE}, child = orus_proc_spawn(&w->k, args, sizeof args, NULL, 0, NULL, 0, ORUS_SPAWN_NONBLOCK, s, 3);
  FAILS(orus_io_read(&w->k, s[1], &c, 1), AGAIN);
  assert_int_equal(orus_io_write(&w->k, s[0], "x", 1), 1);
  int64_t e[] = {s[1], ORUS_POLL_READ, 0};
  assert_int_equal(orus_io_poll(&w->k, e, 3, 5000000000), 1);
  assert_int_equal(orus_io_read(&w->k, s[1], &c, 1), 1);
  orus_fs_close(&w->k, s[0]);
  assert_int_equal(orus_proc_wait(&w->k, child, -1, 0), 0); /* the child's own end did block */
  world_end(w);
}

/* Each request for memory of proc_spawn is refused once: nothing is started, nothing is kept. */
static void want_of_memory_starts_nothing(void **unused) {
  (void)unused;
  World *w = world_new();
  int before = descriptors();
  unsigned n = 0;
  int64_t child, s[3];
  do {
    memcpy(s, (int64_t[]){PIPE, PIPE, PIPE}, sizeof s);
    fault_rule(&w->fault, 0, (FaultRule){.call = FAULT_MEMORY, .first = ++n});
    child = spawn_shell(w, "exit 0", s);
    if (child >= 0) break;
    assert_int_equal(w->k.error, KERR_OUT_OF_MEMORY);
    assert_int_equal(s[1], PIPE);
    assert_int_equal(descriptors(), before);
  } while (n < 50);
  assert_true(n > 2 && n < 50);
  assert_int_equal(orus_proc_wait(&w->k, child, -1, 0), 0);
  world_end(w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pipes_lead_through_a_child), cmocka_unit_test(errors_may_go_where_output_goes), cmocka_unit_test(a_file_can_be_a_stream),
      cmocka_unit_test(environment_and_directory_are_given), cmocka_unit_test(nothing_else_is_inherited), cmocka_unit_test(own_streams_can_be_crossed),
      cmocka_unit_test(signals_are_told_and_sent), cmocka_unit_test(a_reader_may_go_amid_a_write), cmocka_unit_test(the_end_of_a_process_can_be_polled), cmocka_unit_test(one_of_several_waiting_threads_gets_the_code), cmocka_unit_test(closed_children_leave_no_zombie),
      cmocka_unit_test(unblocked_pipes_say_again), cmocka_unit_test(want_of_memory_starts_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
