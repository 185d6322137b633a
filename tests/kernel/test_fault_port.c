/* The fault port itself: which calls a rule strikes, short counts, counting only, threads. */
#include "world.h"

#include <pthread.h>

/* A text of '.' and 'x': which of the next calls fail. */
static void pattern(World *w, FaultRule rule, const char *expected) {
  int64_t h = open_file(w, "/dev/null", ORUS_OPEN_WRITE);
  rule.call = KCALL_io_write;
  rule.error = KERR_NO_SPACE;
  fault_rule(&w->fault, 0, rule);
  unsigned long long failed = 0;
  for (const char *p = expected; *p; p++) {
    int64_t r = orus_io_write(&w->k, h, "x", 1);
    assert_int_equal(r, *p == 'x' ? -1 : 1);
    if (r < 0) assert_int_equal(w->k.error, KERR_NO_SPACE);
    failed += r < 0;
  }
  assert_int_equal(fault_seen(&w->fault, 0), strlen(expected));
  assert_int_equal(fault_failures(&w->fault, 0), failed);
  assert_int_equal(orus_fs_close(&w->k, h), 0); /* other calls are left alone */
}

static void rules_strike_where_they_say(void **unused) {
  (void)unused;
  World *w = world_new();
  pattern(w, (FaultRule){.first = 0}, "......");             /* count only */
  pattern(w, (FaultRule){.first = 3}, "..x......");          /* the nth */
  pattern(w, (FaultRule){.first = 3, .every = 3}, "..x..x..x"); /* every nth */
  pattern(w, (FaultRule){.first = 1, .every = 1}, "xxxxx");  /* for ever */
  pattern(w, (FaultRule){.first = 4, .every = 1}, "...xxxx"); /* from the nth on */
  world_end(w);
}

static void two_rules_for_one_call(void **unused) {
  (void)unused;
  World *w = world_new();
  int64_t h = open_file(w, "/dev/null", ORUS_OPEN_WRITE);
  fault_rule(&w->fault, 0, (FaultRule){.call = KCALL_io_write, .error = KERR_INTERRUPTED, .first = 2});
  fault_rule(&w->fault, 1, (FaultRule){.call = KCALL_io_write, .first = 1, .every = 1, .bytes = 2});
  assert_int_equal(orus_io_write(&w->k, h, "abcde", 5), 2);
  FAILS(orus_io_write(&w->k, h, "abcde", 5), INTERRUPTED);
  assert_int_equal(orus_io_write(&w->k, h, "a", 1), 1);
  world_end(w);
}

static void short_counts_lose_nothing(void **unused) {
  (void)unused;
  World *w = world_new();
  char text[16] = {0};
  int64_t h = open_file(w, make_file(w, "a", "0123456789"), ORUS_OPEN_READ), n = 0, calls = 0;
  fault_rule(&w->fault, 0, (FaultRule){.call = KCALL_io_read, .first = 1, .every = 1, .bytes = 3});
  for (int64_t r; (r = orus_io_read(&w->k, h, text + n, 15 - n)) > 0; n += r) calls++;
  assert_string_equal(text, "0123456789");
  assert_int_equal(calls, 4);
  fault_rule(&w->fault, 0, (FaultRule){.call = KCALL_io_write, .first = 1, .bytes = 0}); /* a write of nothing is no success */
  FAILS(orus_io_write(&w->k, open_file(w, "/dev/null", ORUS_OPEN_WRITE), "x", 1), AGAIN);
  world_end(w);
}

static void a_close_that_fails_has_closed(void **unused) {
  (void)unused;
  World *w = world_new();
  int before = descriptors();
  int64_t h = open_file(w, "/dev/null", ORUS_OPEN_READ);
  fault_rule(&w->fault, 0, (FaultRule){.call = KCALL_fs_close, .error = KERR_IO, .first = 1, .every = 1});
  FAILS(orus_fs_close(&w->k, h), IO);
  assert_int_equal(descriptors(), before);
  FAILS(orus_fs_close(&w->k, h), BAD_HANDLE);
  h = socket_of(w, ORUS_NET_IPV4, ORUS_NET_TCP, 0);
  fault_rule(&w->fault, 0, (FaultRule){.call = KCALL_net_close, .error = KERR_IO, .first = 1, .every = 1});
  FAILS(orus_net_close(&w->k, h, ORUS_CLOSE_ALL), IO);
  assert_int_equal(descriptors(), before);
  world_end(w);
}

/* Through a port that wraps a port that wraps the host. */
static void ports_can_be_stacked(void **unused) {
  (void)unused;
  FaultPort inner, outer;
  OrusKernel *kernel;
  OrusKctx k;
  fault_init(&inner, orus_port_posix());
  fault_init(&outer, &inner.port);
  fault_rule(&inner, 0, (FaultRule){.call = KCALL_time_utc, .error = KERR_OTHER, .first = 2});
  fault_rule(&outer, 0, (FaultRule){.call = KCALL_time_utc, .error = KERR_UNSUPPORTED, .first = 1});
  assert_int_equal(orus_kernel_open(&outer.port, &kernel), 0);
  orus_kctx_init(&k, kernel);
  static const int32_t errors[] = {KERR_UNSUPPORTED, 0, KERR_OTHER, 0};
  for (int i = 0; i < 4; i++) {
    k.error = 0;
    assert_int_equal(orus_time_utc(&k) < 0, errors[i] != 0);
    assert_int_equal(k.error, errors[i]);
  }
  assert_int_equal(fault_bytes(&inner), fault_bytes(&outer));
  orus_kernel_close(kernel);
  assert_int_equal(fault_bytes(&inner), 0);
}

static void *write_often(void *argument) {
  OrusKctx k;
  orus_kctx_init(&k, argument);
  intptr_t failed = 0;
  for (int i = 0; i < 5000; i++) {
    failed += orus_time_utc(&k) < 0;
    void *block = orus_mem_alloc(&k, 100, 16);
    if (block) orus_mem_free(&k, block, 100, 16);
  }
  return (void *)failed;
}

static void threads_share_a_plan(void **unused) {
  (void)unused;
  World *w = world_new();
  long long bytes = fault_bytes(&w->fault);
  fault_rule(&w->fault, 0, (FaultRule){.call = KCALL_time_utc, .error = KERR_OTHER, .first = 10, .every = 10});
  fault_rule(&w->fault, 1, (FaultRule){.call = FAULT_MEMORY, .first = 7, .every = 7});
  pthread_t threads[4];
  intptr_t failed = 0;
  for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, write_often, w->kernel), 0);
  for (int i = 0; i < 4; i++) {
    void *n;
    pthread_join(threads[i], &n);
    failed += (intptr_t)n;
  }
  assert_int_equal(failed, 4 * 5000 / 10);
  assert_int_equal(fault_seen(&w->fault, 0), 4 * 5000);
  assert_int_equal(fault_failures(&w->fault, 1), 4 * 5000 / 7);
  assert_int_equal(fault_bytes(&w->fault), bytes);
  world_end(w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rules_strike_where_they_say), cmocka_unit_test(two_rules_for_one_call), cmocka_unit_test(short_counts_lose_nothing),
      cmocka_unit_test(a_close_that_fails_has_closed), cmocka_unit_test(ports_can_be_stacked), cmocka_unit_test(threads_share_a_plan),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
