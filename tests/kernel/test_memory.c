/* Memory: alignment and contents through every change of size, and what is not a size. */
#include "world.h"

static void alignment_and_contents_survive_every_change_of_size(void **unused) {
  (void)unused;
  World *w = world_new();
  for (int64_t align = 1; align <= 65536; align *= 2) {
    int64_t size = 1;
    unsigned char *block = orus_mem_alloc(&w->k, size, align);
    assert_non_null(block);
    block[0] = 0;
    static const int64_t sizes[] = {7, 64, 4096, 100, 100000, 3, 70001, 1};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
      int64_t kept = size < sizes[i] ? size : sizes[i];
      block = orus_mem_realloc(&w->k, block, size, sizes[i], align);
      assert_non_null(block);
      assert_int_equal((uintptr_t)block % (uintptr_t)align, 0);
      for (int64_t j = 0; j < kept; j++) assert_int_equal(block[j], (unsigned char)j);
      size = sizes[i];
      for (int64_t j = 0; j < size; j++) block[j] = (unsigned char)j;
    }
    assert_int_equal(orus_mem_free(&w->k, block, size, align), 0);
  }
  world_end(w);
}

static void blocks_are_zeroed_and_sizes_checked(void **unused) {
  (void)unused;
  World *w = world_new();
  unsigned char bytes[32];
  memset(bytes, 7, sizeof bytes);
  assert_int_equal(orus_mem_zero(&w->k, bytes + 1, 30), 0);
  assert_int_equal(bytes[0], 7);
  for (int i = 1; i < 31; i++) assert_int_equal(bytes[i], 0);
  assert_int_equal(bytes[31], 7);
  assert_int_equal(orus_mem_zero(&w->k, NULL, 0), 0);
  FAILS(orus_mem_zero(&w->k, NULL, 1), INVALID);
  assert_int_equal(orus_mem_free(&w->k, NULL, 8, 8), 0);
  static const int64_t bad[][2] = {{0, 8}, {-1, 8}, {8, 0}, {8, -8}, {8, 24}, {INT64_MIN, 1}};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_null(orus_mem_alloc(&w->k, bad[i][0], bad[i][1]));
    assert_int_equal(w->k.error, KERR_INVALID);
  }
  world_end(w);
}

/* A realloc that fails leaves the old block; nothing is lost (world_end counts). */
static void a_failed_realloc_keeps_the_block(void **unused) {
  (void)unused;
  World *w = world_new();
  for (int64_t align = 8; align <= 4096; align *= 8) {
    char *block = orus_mem_alloc(&w->k, 6, align);
    strcpy(block, "block");
    fault_rule(&w->fault, 0, (FaultRule){.call = KCALL_mem_realloc, .first = 1});
    assert_null(orus_mem_realloc(&w->k, block, 6, 6000, align));
    assert_int_equal(w->k.error, KERR_OUT_OF_MEMORY);
    assert_string_equal(block, "block");
    block = orus_mem_realloc(&w->k, block, 6, 6000, align);
    assert_string_equal(block, "block");
    orus_mem_free(&w->k, block, 6000, align);
  }
  world_end(w);
}

/* Opening a kernel asks for memory a few times; each of them may be refused. */
static void a_kernel_opens_or_says_why_not(void **unused) {
  (void)unused;
  FaultPort fault;
  OrusKernel *kernel;
  unsigned n = 0;
  do {
    fault_init(&fault, orus_port_posix());
    fault_rule(&fault, 0, (FaultRule){.call = FAULT_MEMORY, .first = ++n});
    int32_t error = orus_kernel_open(&fault.port, &kernel);
    assert_int_equal(error, fault_failures(&fault, 0) ? KERR_OUT_OF_MEMORY : KERR_OK);
    if (error) assert_null(kernel);
    orus_kernel_close(kernel);
    assert_int_equal(fault_bytes(&fault), 0);
  } while (fault_failures(&fault, 0));
  assert_true(n > 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(alignment_and_contents_survive_every_change_of_size), cmocka_unit_test(blocks_are_zeroed_and_sizes_checked),
      cmocka_unit_test(a_failed_realloc_keeps_the_block), cmocka_unit_test(a_kernel_opens_or_says_why_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
