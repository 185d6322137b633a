/* Time, randomness, environment, information, trace and counters. */
#include "world.h"

#include <errno.h>
#include <pthread.h>

/* -- time -- */

enum { THREADS = 8, READINGS = 20000 };

typedef struct Clock {
  OrusKernel *kernel;
  _Atomic int64_t *latest; /* of all threads: published after it was read */
  const char *fault;
} Clock;

static void *read_clock(void *argument) {
  Clock *c = argument;
  OrusKctx k;
  orus_kctx_init(&k, c->kernel);
  for (int i = 0; i < READINGS; i++) {
    int64_t before = atomic_load(c->latest), now = orus_time_monotonic(&k);
    if (now < before) c->fault = "earlier than what another thread had read";
    while (now > before && !atomic_compare_exchange_weak(c->latest, &before, now)) {}
  }
  return NULL;
}

static void time_never_goes_back_over_eight_threads(void **unused) {
  (void)unused;
  World *w = world_new();
  pthread_t threads[THREADS];
  Clock clocks[THREADS];
  _Atomic int64_t latest = 0;
  for (int i = 0; i < THREADS; i++) {
    clocks[i] = (Clock){w->kernel, &latest, NULL};
    assert_int_equal(pthread_create(&threads[i], NULL, read_clock, &clocks[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    assert_null(clocks[i].fault);
  }
  assert_int_equal(orus_kernel_counters(w->kernel, ORUS_CALL_time_monotonic).calls, THREADS * READINGS);
  world_end(w);
}

/* The host's clock goes back: the kernel's does not. */
static int64_t turned_back;
int clock_gettime(clockid_t id, struct timespec *to);

static void a_host_clock_that_goes_back_is_not_believed(void **unused) {
  (void)unused;
  World *w = world_new();
  int64_t now = orus_time_monotonic(&w->k);
  turned_back = 1000000000;
  int64_t then = orus_time_monotonic(&w->k);
  turned_back = 0;
  assert_int_equal(then, now);
  assert_true(orus_time_monotonic(&w->k) > now);
  assert_true(orus_time_utc(&w->k) > 1600000000000000000);
  world_end(w);
}

#include <sys/syscall.h>
/* Stands before the C library's. */
int clock_gettime(clockid_t id, struct timespec *to) {
  long r = syscall(SYS_clock_gettime, id, to);
  if (id == CLOCK_MONOTONIC) to->tv_sec -= turned_back / 1000000000;
  return (int)r;
}

/* -- randomness -- */

static int entropy_ends_after = -1; /* calls; -1: never */
int getentropy(void *to, size_t n);
int getentropy(void *to, size_t n) {
  if (entropy_ends_after == 0) return errno = EIO, -1;
  if (entropy_ends_after > 0) entropy_ends_after--;
  memset(to, 0xAA, n);
  long r = syscall(SYS_getrandom, to, n, 0);
  return r == (long)n ? 0 : -1;
}

static int is_zero(const unsigned char *bytes, size_t n) {
  size_t i = 0;
  while (i < n && !bytes[i]) i++;
  return i == n;
}

static void randomness_is_all_or_nothing(void **unused) {
  (void)unused;
  World *w = world_new();
  unsigned char a[1000], b[1000];
  assert_int_equal(orus_rng_fill(&w->k, a, sizeof a), sizeof a);
  assert_int_equal(orus_rng_fill(&w->k, b, sizeof b), sizeof b);
  assert_memory_not_equal(a, b, sizeof a);
  assert_false(is_zero(a + 900, 100));
  assert_int_equal(orus_rng_fill(&w->k, NULL, 0), 0);
  for (int calls = 0; calls < 4; calls++) { /* the host's source ends before, and in the middle: 1000 bytes take four calls */
    entropy_ends_after = calls;
    memset(a, 1, sizeof a);
    FAILS(orus_rng_fill(&w->k, a, sizeof a), NO_ENTROPY);
    assert_true(is_zero(a, sizeof a));
  }
  entropy_ends_after = -1;
  memset(a, 1, sizeof a); /* a port that fills a part and says so is not believed either */
  fault_rule(&w->fault, 0, (FaultRule){.call = KCALL_rng_fill, .first = 1, .bytes = 999});
  FAILS(orus_rng_fill(&w->k, a, sizeof a), NO_ENTROPY);
  assert_true(is_zero(a, sizeof a));
  world_end(w);
}

/* -- environment -- */

static void the_environment_is_that_of_the_start(void **unused) {
  (void)unused;
  setenv("ORUS_TEST", "value", 1);
  setenv("ORUS_EMPTY", "", 1);
  World *w = world_new();
  setenv("ORUS_TEST", "changed", 1);
  unsetenv("ORUS_EMPTY");
  char text[4096];
  assert_int_equal(orus_env_get(&w->k, TEXT("ORUS_TEST"), NULL, 0), 5);
  assert_int_equal(orus_env_get(&w->k, TEXT("ORUS_TEST"), text, 5), 5);
  assert_memory_equal(text, "value", 5);
  FAILS(orus_env_get(&w->k, TEXT("ORUS_TEST"), text, 4), TOO_SMALL);
  assert_int_equal(orus_env_get(&w->k, TEXT("ORUS_EMPTY"), text, 5), 0);
  FAILS(orus_env_get(&w->k, TEXT("ORUS_TES"), text, 5), NOT_FOUND);
  int64_t i = 0, n, found = 0;
  for (; (n = orus_env_iter(&w->k, i, text, sizeof text)) > 0; i++) found += n == 15 && !memcmp(text, "ORUS_TEST=value", 15);
  assert_true(n == 0 && found == 1 && i > 1);
  assert_int_equal(orus_env_iter(&w->k, INT64_MAX, text, sizeof text), 0);
  world_end(w);
}

/* -- information -- */

static void the_system_is_described(void **unused) {
  (void)unused;
  World *w = world_new();
  int64_t v[8] = {0};
  char text[4096], expected[4096];
  int64_t n = orus_sys_info(&w->k, ORUS_INFO_SYSTEM, 0, v, 7, text, sizeof text);
  assert_true(n > 5 && memchr(text, ' ', (size_t)n));
  assert_true(v[0] == ORUS_KERNEL_v1 && v[1] == 1 && v[2] == 8 * (int64_t)sizeof(void *) && v[3] >= 4096 && v[4] >= 1 && v[5] > 0 && v[6] == getpid() && v[7] == 0);
  n = orus_sys_info(&w->k, ORUS_INFO_DIRECTORY, 0, NULL, 0, text, sizeof text);
  assert_non_null(getcwd(expected, sizeof expected));
  assert_int_equal(n, strlen(expected));
  assert_memory_equal(text, expected, (size_t)n);
  n = orus_sys_info(&w->k, ORUS_INFO_EXECUTABLE, 0, NULL, 0, text, sizeof text);
  assert_true(n > 11 && !memcmp(text + n - 11, "test_system", 11));
  assert_true(orus_sys_info(&w->k, ORUS_INFO_HOST, 0, NULL, 0, text, sizeof text) > 0);
  n = orus_sys_info(&w->k, ORUS_INFO_ERROR, KERR_NOT_FOUND, NULL, 0, text, sizeof text);
  assert_int_equal(n, strlen(orus_error_text(KERR_NOT_FOUND)));
  assert_memory_equal(text, orus_error_text(KERR_NOT_FOUND), (size_t)n);
  int64_t before[8], h = (orus_sys_info(&w->k, ORUS_INFO_SYSTEM, 0, before, 8, text, sizeof text), open_file(w, make_file(w, "a", ""), ORUS_OPEN_READ));
  orus_sys_info(&w->k, ORUS_INFO_SYSTEM, 0, v, 8, text, sizeof text);
  assert_int_equal(v[7], before[7] + 1);
  v[1] = 9;
  assert_int_equal(orus_sys_info(&w->k, ORUS_INFO_HANDLE, h, v, 2, NULL, 0), 0);
  assert_true(v[0] == ORUS_KIND_FILE && v[1] == 0);
  v[0] = 9;
  FAILS(orus_sys_info(&w->k, ORUS_INFO_SYSTEM, 0, v, 7, text, 1), TOO_SMALL);
  assert_int_equal(v[0], 9); /* nothing is written */
  world_end(w);
}

static void what_is_done_is_counted(void **unused) {
  (void)unused;
  World *w = world_new();
  char text[32];
  int64_t v[3], h = open_file(w, "/dev/zero", ORUS_OPEN_READ);
  assert_int_equal(orus_io_read(&w->k, h, text, 32), 32);
  assert_int_equal(orus_io_read(&w->k, h, text, 10), 10);
  FAILS(orus_io_read(&w->k, -5, text, 10), BAD_HANDLE);
  assert_int_equal(orus_sys_info(&w->k, ORUS_INFO_COUNTERS, ORUS_CALL_io_read, v, 3, text, sizeof text), 7);
  assert_memory_equal(text, "io_read", 7);
  assert_true(v[0] == 3 && v[1] == 1 && v[2] == 42);
  FAILS(orus_sys_info(&w->k, ORUS_INFO_COUNTERS, 0, v, 3, NULL, 0), NOT_FOUND);
  FAILS(orus_sys_info(&w->k, ORUS_INFO_COUNTERS, KCALL_END, v, 3, NULL, 0), NOT_FOUND);
  int64_t before = orus_kernel_counters(w->kernel, ORUS_CALL_mem_alloc).bytes;
  void *block = orus_mem_alloc(&w->k, 1000, 8);
  block = orus_mem_realloc(&w->k, block, 1000, 500, 8);
  orus_mem_free(&w->k, block, 500, 8);
  assert_int_equal(orus_kernel_counters(w->kernel, ORUS_CALL_mem_alloc).bytes - before, 1000);
  assert_int_equal(orus_kernel_counters(w->kernel, ORUS_CALL_mem_realloc).bytes, 500);
  assert_int_equal(orus_kernel_counters(w->kernel, ORUS_CALL_fs_open).calls, 1);
  assert_int_equal(orus_kernel_counters(w->kernel, 1000).calls, 0);
  int64_t caps = orus_kernel_caps(&w->k);
  for (unsigned id = 1; id < KCALL_END; id++) assert_true(caps >> id & 1);
  assert_false(caps >> ORUS_CAP_NET_TLS & 1);
  world_end(w);
}

/* -- trace -- */

static void *trace_lines(void *argument) {
  OrusKctx k;
  orus_kctx_init(&k, argument);
  char message[128];
  memset(message, 'm', sizeof message);
  for (int i = 0; i < 200; i++)
    if (orus_trace_emit(&k, 5, i, message, sizeof message) <= 0) return "not written";
  return NULL;
}

static void lines_are_written_whole_by_all_threads(void **unused) {
  (void)unused;
  World *w = world_new();
  assert_int_equal(orus_trace_emit(&w->k, 5, 6, TEXT("nobody listens")), 0);
  int64_t h = open_file(w, world_path(w, "trace"), ORUS_OPEN_WRITE | ORUS_OPEN_CREATE | ORUS_OPEN_APPEND);
  assert_int_equal(orus_trace_emit(&w->k, ORUS_TRACE_TARGET, h, NULL, 0), 0);
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, trace_lines, w->kernel), 0);
  for (int i = 0; i < 4; i++) {
    void *fault;
    pthread_join(threads[i], &fault);
    assert_null(fault);
  }
  FILE *f = fopen(world_path(w, "trace"), "r");
  char line[512];
  int n = 0;
  long long at, event, value;
  for (int used; fgets(line, sizeof line, f); n++) {
    assert_int_equal(sscanf(line, "%lld %lld %lld %n", &at, &event, &value, &used), 3);
    assert_true(at > 0 && event == 5 && value >= 0 && value < 200);
    assert_int_equal(strspn(line + used, "m"), 128);
    assert_string_equal(line + used + 128, "\n");
  }
  fclose(f);
  assert_int_equal(n, 800);
  assert_int_equal(orus_fs_close(&w->k, h), 0);
  FAILS(orus_trace_emit(&w->k, 5, 6, TEXT("x")), BAD_HANDLE); /* the target is gone */
  assert_int_equal(orus_trace_emit(&w->k, ORUS_TRACE_TARGET, -1, NULL, 0), 0);
  assert_int_equal(orus_trace_emit(&w->k, 5, 6, TEXT("x")), 0);
  static char big[4001];
  memset(big, 'b', sizeof big);
  FAILS(orus_trace_emit(&w->k, 5, 6, big, 4001), INVALID);
  h = open_file(w, world_path(w, "trace"), ORUS_OPEN_WRITE | ORUS_OPEN_TRUNCATE);
  assert_int_equal(orus_trace_emit(&w->k, ORUS_TRACE_TARGET, h, NULL, 0), 0);
  assert_true(orus_trace_emit(&w->k, INT64_MAX, INT64_MIN, big, 4000) > 4040); /* the longest line */
  world_end(w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(time_never_goes_back_over_eight_threads), cmocka_unit_test(a_host_clock_that_goes_back_is_not_believed),
      cmocka_unit_test(randomness_is_all_or_nothing), cmocka_unit_test(the_environment_is_that_of_the_start), cmocka_unit_test(the_system_is_described),
      cmocka_unit_test(what_is_done_is_counted), cmocka_unit_test(lines_are_written_whole_by_all_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
