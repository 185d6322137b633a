/* Handles: stale numbers, double close, the standard streams, closing what another thread uses, many of them. */
#include "world.h"

#include <pthread.h>
#include <sys/wait.h>

static void a_closed_number_stays_stale(void **unused) {
  (void)unused;
  World *w = world_new();
  int64_t old[100];
  char c;
  for (int i = 0; i < 100; i++) {
    old[i] = open_file(w, "/dev/null", ORUS_OPEN_READ);
    assert_true(old[i] > 2);
    assert_int_equal(orus_fs_close(&w->k, old[i]), 0);
  }
  int64_t now = open_file(w, "/dev/null", ORUS_OPEN_READ);
  for (int i = 0; i < 100; i++) {
    assert_int_not_equal(old[i], now); /* although the place is the same */
    FAILS(orus_fs_close(&w->k, old[i]), BAD_HANDLE);
    FAILS(orus_io_read(&w->k, old[i], &c, 1), BAD_HANDLE);
  }
  static const int64_t never[] = {-1, 3, 70000, INT64_MAX, INT64_MIN, 1 << 16};
  for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) FAILS(orus_fs_close(&w->k, never[i]), BAD_HANDLE);
  assert_int_equal(orus_io_read(&w->k, now, &c, 1), 0);
  world_end(w);
}

static void there_is_room_for_many_and_the_kernel_closes_them(void **unused) {
  (void)unused;
  World *w = world_new();
  enum { MANY = 700 };
  static int64_t h[MANY];
  int before = descriptors();
  for (int i = 0; i < MANY; i++) assert_true((h[i] = open_file(w, "/dev/null", ORUS_OPEN_READ)) > 2);
  for (int i = 0; i < MANY; i += 2) assert_int_equal(orus_fs_close(&w->k, h[i]), 0);
  for (int i = 0; i < MANY; i += 2) assert_true((h[i] = open_file(w, "/dev/null", ORUS_OPEN_READ)) > 2);
  assert_int_equal(descriptors(), before + MANY);
  world_end(w);
  assert_int_equal(descriptors(), before);
}

/* The table of the kernel is full before the host is: TOO_MANY, and usable again after one close. */
static void the_table_can_be_full(void **unused) {
  (void)unused;
  World *w = world_new();
  KernelHandle *place, *last = NULL;
  int n = 0;
  for (; (place = kernel_handle_new(&w->k)); n++) last = place;
  assert_int_equal(w->k.error, KERR_TOO_MANY);
  assert_int_equal(n, KERNEL_HANDLES - KERNEL_STREAMS);
  FAILS(open_file(w, "/dev/null", ORUS_OPEN_READ), TOO_MANY);
  kernel_handle_give_up(&w->k, last);
  assert_true(open_file(w, "/dev/null", ORUS_OPEN_READ) >= 0);
  world_end(w);
}

/* In a child: a closed standard stream is a bad handle, and its descriptor is taken, so that nothing else comes to stand there. */
static int close_streams(World *w) {
  if (orus_fs_close(&w->k, 1)) return 1;
  if (orus_io_write(&w->k, 1, "x", 1) != -1 || w->k.error != KERR_BAD_HANDLE) return 2;
  if (orus_fs_close(&w->k, 1) != -1 || w->k.error != KERR_BAD_HANDLE) return 3;
  if (write(1, "x", 1) != 1) return 4; /* swallowed by the null device */
  int64_t h = open_file(w, make_file(w, "file", ""), ORUS_OPEN_WRITE);
  if (h < 3 || write(1, "x", 1) != 1) return 5;
  int64_t info[8];
  if (orus_fs_stat(&w->k, TEXT(world_path(w, "file")), 0, info, 8) != 8 || info[ORUS_STAT_SIZE]) return 6;
  return 0;
}

static int closed_by_the_host(void) {
  OrusKernel *kernel;
  OrusKctx k;
  close(0);
  close(2);
  if (orus_kernel_open(orus_port_posix(), &kernel)) return 1;
  orus_kctx_init(&k, kernel);
  char c;
  if (orus_io_read(&k, 0, &c, 1) != -1 || k.error != KERR_BAD_HANDLE) return 2;
  if (orus_io_write(&k, 2, "x", 1) != -1 || k.error != KERR_BAD_HANDLE) return 3;
  if (orus_fs_open(&k, TEXT("/dev/zero"), ORUS_OPEN_READ) < 3 || read(0, &c, 1) != 0) return 4;
  if (write(2, "x", 1) != -1) return 5;
  return 0;
}

static void a_standard_stream_closes_for_good(void **unused) {
  (void)unused;
  World *w = world_new();
  for (int i = 0; i < 2; i++) {
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (!child) _exit(i ? closed_by_the_host() : close_streams(w));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
  }
  world_end(w);
}

typedef struct Reader {
  OrusKernel *kernel;
  int64_t handle, result;
  int32_t error;
  char byte;
} Reader;

static void *read_one(void *argument) {
  Reader *r = argument;
  OrusKctx k;
  orus_kctx_init(&k, r->kernel);
  r->result = orus_io_read(&k, r->handle, &r->byte, 1);
  r->error = k.error;
  return NULL;
}

/* The reader waits in a pipe; its handle is closed meanwhile; then something arrives. */
static void a_call_ends_as_if_the_handle_were_open(void **unused) {
  (void)unused;
  World *w = world_new();
  int64_t h = open_fifo(w, "fifo", 0), other = open_file(w, world_path(w, "fifo"), ORUS_OPEN_WRITE);
  int before = descriptors();
  Reader r = {.kernel = w->kernel, .handle = h};
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, read_one, &r), 0);
  usleep(20000);
  assert_int_equal(orus_fs_close(&w->k, h), 0);
  FAILS(orus_fs_close(&w->k, h), BAD_HANDLE);
  int64_t next = open_file(w, "/dev/null", ORUS_OPEN_READ);
  assert_int_equal(descriptors(), before + 1); /* the pipe is still there for the reader */
  assert_int_equal(orus_io_write(&w->k, other, "y", 1), 1);
  pthread_join(thread, NULL);
  assert_int_equal(r.result, 1);
  assert_int_equal(r.byte, 'y');
  assert_int_equal(descriptors(), before);
  assert_int_equal(orus_fs_close(&w->k, next), 0);
  world_end(w);
}

static void *open_and_close(void *argument) {
  OrusKctx k;
  orus_kctx_init(&k, argument);
  for (int i = 0; i < 2000; i++) {
    int64_t h = orus_fs_open(&k, TEXT("/dev/null"), ORUS_OPEN_READ);
    if (h < 0 || orus_fs_close(&k, h) < 0) return "failed";
    if (orus_fs_close(&k, h) != -1 || k.error != KERR_BAD_HANDLE) return "closed twice";
  }
  return NULL;
}

static void threads_share_the_table(void **unused) {
  (void)unused;
  World *w = world_new();
  pthread_t threads[4];
  int before = descriptors();
  for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, open_and_close, w->kernel), 0);
  for (int i = 0; i < 4; i++) {
    void *fault;
    pthread_join(threads[i], &fault);
    assert_null(fault);
  }
  assert_int_equal(descriptors(), before);
  OrusCounters c = orus_kernel_counters(w->kernel, ORUS_CALL_fs_close);
  assert_int_equal(c.calls, 4 * 2 * 2000);
  assert_int_equal(c.failures, 4 * 2000);
  world_end(w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_closed_number_stays_stale), cmocka_unit_test(there_is_room_for_many_and_the_kernel_closes_them), cmocka_unit_test(the_table_can_be_full),
      cmocka_unit_test(a_standard_stream_closes_for_good), cmocka_unit_test(a_call_ends_as_if_the_handle_were_open), cmocka_unit_test(threads_share_the_table),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
