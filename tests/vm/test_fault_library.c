/* Programs that use io, fs and process, with every call of the kernel failing in turn, in every way that is documented for it.
 *
 * A program prints "whole" when it has done and seen all that it was to, "told" when it got an error as a value; anything else is a fault of the library.  No
 * handle stays open, and what is no fault (interrupted, not ready, a part only) changes nothing.  Programs: tests/fault/library, compiled by the compiler in Orus. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#undef fail
#include "kernel/fault/fault.h"
#include "vm/vm.h"

/* How many faults of a kind are tried one by one, before samples are taken. */
#if defined(ORUS_STRESS)
enum { EACH = 2 };
#elif defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
enum { EACH = 24 };
#else
enum { EACH = 4 };
#endif

static char folder[64], images[512];

typedef struct World {
  FaultPort fault;
  OrusKernel *kernel;
  OrusKctx k;
  char out[4096]; /* what the program has printed */
  size_t count;
} World;

static void *host_alloc(void *ctx, size_t size, size_t align) { return kernel_alloc(&((World *)ctx)->k, size, align); }
static void host_free(void *ctx, void *block, size_t size, size_t align) { kernel_free(&((World *)ctx)->k, block, size, align); }
static uint64_t host_now(void *ctx) { return (uint64_t)orus_time_monotonic(&((World *)ctx)->k); }
static void host_close(void *ctx, int64_t handle) { orus_fs_close(&((World *)ctx)->k, handle); }

/* Standard output and error are kept here; all else goes through the port. */
static int64_t host_call(void *ctx, unsigned id, const int64_t *raw, void *const *buffers, const uint64_t *sizes) {
  World *w = ctx;
  if (id != KCALL_io_write || (raw[0] != 1 && raw[0] != 2)) return kernel_call(&w->k, id, &(KernelArgs){raw, buffers, sizes});
  size_t n = sizes[0] < sizeof w->out - 1 - w->count ? sizes[0] : sizeof w->out - 1 - w->count;
  memcpy(w->out + w->count, buffers[0], n);
  w->out[w->count += n] = 0;
  return (int64_t)sizes[0];
}

static int open_files(void) {
  int n = 0;
  DIR *d = opendir("/proc/self/fd");
  assert_non_null(d);
  while (readdir(d)) n++;
  closedir(d);
  return n;
}

static void empty_folder(void) {
  char command[256];
  snprintf(command, sizeof command, "rm -rf '%s' && mkdir '%s'", folder, folder);
  assert_int_equal(system(command), 0);
}

typedef struct Image {
  char path[512];
  void *bytes;
  size_t size;
} Image;

typedef enum Outcome { WHOLE, TOLD, NO_MEMORY } Outcome;

static int says(const World *w, const char *text) { return strstr(w->out, text) != NULL; }

/* Runs the program with the rule in force.  1: the rule has struck. */
static int run(const Image *image, FaultRule rule, Outcome *outcome) {
  static World w;
  memset(&w, 0, sizeof w);
  fault_init(&w.fault, orus_port_posix());
  assert_int_equal(orus_kernel_open(&w.fault.port, &w.kernel), 0);
  orus_kctx_init(&w.k, w.kernel);
  int open_before = open_files();
  Program program;
  LoadReport report;
  GcMemory memory = {&w, host_alloc, host_free};
  assert_true(program_init(&program, memory));
  assert_true(program_add(&program, image->bytes, image->size, ~(uint64_t)0, &report));
  VmHost host = {.ctx = &w, .memory = memory, .now_ns = host_now, .close = host_close, .kernel_call = host_call, .test_mode = 1};
  Vm *vm = vm_new(&program, &host, NULL);
  assert_non_null(vm);
  const Func *entry = program_entry(&program);
  const OrbcModule *m = &entry->module->view;
  uint32_t type = m->items[orbc_type(m, entry->row->type)->first_item].type - ORBC_FIRST_MODULE_TYPE;
  Obj *args = vm_array(vm, entry->module->types[type], 0);
  assert_non_null(args);
  assert_int_equal(vm_start(vm, entry, NULL, &args), VM_DONE);
  fault_rule(&w.fault, 0, rule);
  VmStatus status = vm_run(vm);
  int met = fault_failures(&w.fault, 0) != 0;
  fault_rule(&w.fault, 0, (FaultRule){0});
  int code = status == VM_DONE ? (int)vm_result(vm) : -1, open_after = open_files();
  int no_memory = (status == VM_ERROR && vm_error_kind(vm) == ERR_KIND_OUT_OF_MEMORY) || says(&w, "out of memory");
  vm_free(vm);
  program_free(&program);
  int open_at_end = open_files();
  orus_kernel_close(w.kernel);
  assert_int_equal(fault_bytes(&w.fault), 0);
  int ended = code == 0 && (!strncmp(w.out, "whole\n", 6) || !strncmp(w.out, "told", 4));
  *outcome = ended && w.out[0] == 'w' ? WHOLE : ended ? TOLD : NO_MEMORY;
  int wrong = (!ended && !(rule.call == FAULT_MEMORY && no_memory)) || open_at_end != open_before || (*outcome != NO_MEMORY && open_after != open_before);
  if (wrong)
    print_error("%s: call %u, error %d, fault %llu: status %d, code %d, open files %d, then %d, then %d: %s\n", image->path, rule.call, (int)rule.error, rule.first,
                (int)status, code, open_before, open_after, open_at_end, w.out);
  assert_false(wrong);
  return met;
}

static void each_image(void (*work)(const Image *image)) {
  glob_t files;
  assert_int_equal(glob(images, 0, NULL, &files), 0);
  for (size_t i = 0; i < files.gl_pathc; i++) {
    Image image = {.bytes = malloc((size_t)1 << 24)};
    snprintf(image.path, sizeof image.path, "%s", files.gl_pathv[i]);
    FILE *f = fopen(image.path, "rb");
    assert_true(f && image.bytes);
    image.size = fread(image.bytes, 1, (size_t)1 << 24, f);
    fclose(f);
    empty_folder();
    work(&image);
    free(image.bytes);
  }
  globfree(&files);
}

static const unsigned calls[] = {
    KCALL_io_read, KCALL_io_write, KCALL_io_poll, KCALL_fs_open, KCALL_fs_close, KCALL_fs_seek, KCALL_fs_stat, KCALL_fs_list, KCALL_fs_remove, KCALL_fs_rename,
    KCALL_fs_mkdir, KCALL_rng_fill, KCALL_env_get, KCALL_proc_spawn, KCALL_proc_wait,
};
enum { CALLS = sizeof calls / sizeof calls[0], ERRORS = 64 };

/* What is worth another try: the library has to make it. */
static int is_no_fault(unsigned call, KernelError error) {
  if (error == KERR_INTERRUPTED) return 1;
  return error == KERR_AGAIN && (call == KCALL_io_read || call == KCALL_io_write);
}

/* What says that nothing is there: there is no way to tell that from the truth. */
static int is_answer(unsigned call, KernelError error) {
  return (call == KCALL_fs_stat && (error == KERR_NOT_FOUND || error == KERR_NOT_DIRECTORY)) || (call == KCALL_env_get && error == KERR_NOT_FOUND);
}

static void all_errors(const Image *image) {
  Outcome outcome;
  unsigned long long runs = 0, told = 0;
  for (int i = 0; i < CALLS; i++)
    for (int error = 1; error < ERRORS; error++) {
      if (!(kernel_call_errors[calls[i]] >> error & 1) || is_answer(calls[i], (KernelError)error)) continue;
      for (unsigned long long n = 1; run(image, (FaultRule){.call = calls[i], .error = (KernelError)error, .first = n}, &outcome); n += 1 + n / EACH) {
        runs++;
        told += outcome == TOLD;
        if (is_no_fault(calls[i], (KernelError)error) && outcome != WHOLE) print_error("%s: stopped by what is no fault: call %u, error %d, fault %llu\n", image->path, calls[i], error, n);
        assert_true(!is_no_fault(calls[i], (KernelError)error) || outcome == WHOLE);
      }
    }
  print_message("# %s: %llu runs, %llu told\n", strrchr(image->path, '/') + 1, runs, told);
  assert_true(told > 20);
}

static void every_error_is_told_and_nothing_is_lost(void **unused) {
  (void)unused;
  each_image(all_errors);
}

static void short_counts(const Image *image) {
  static const FaultRule rules[] = {
      {.call = KCALL_io_read, .first = 1, .every = 1, .bytes = 100},  {.call = KCALL_io_read, .first = 2, .every = 3, .bytes = 1},
      {.call = KCALL_io_write, .first = 1, .every = 1, .bytes = 700}, {.call = KCALL_io_write, .first = 1, .every = 2, .bytes = 1},
      {.call = KCALL_io_read, .error = KERR_AGAIN, .first = 1, .every = 2}, {.call = KCALL_io_write, .error = KERR_INTERRUPTED, .first = 1, .every = 2},
      {.call = KCALL_fs_open, .error = KERR_INTERRUPTED, .first = 1, .every = 2},
  };
  Outcome outcome = TOLD;
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
    run(image, rules[i], &outcome);
    assert_int_equal(outcome, WHOLE);
  }
}

static void parts_and_interruptions_change_nothing(void **unused) {
  (void)unused;
  each_image(short_counts);
}

static void no_memory(const Image *image) {
  Outcome outcome;
  for (unsigned long long n = 1; run(image, (FaultRule){.call = FAULT_MEMORY, .error = KERR_OUT_OF_MEMORY, .first = n}, &outcome); n += 1 + n / (8 * EACH)) continue;
}

static void memory_may_end_anywhere_and_no_handle_is_lost(void **unused) {
  (void)unused;
  each_image(no_memory);
}

int main(int argc, char **argv) {
  (void)argc;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_error_is_told_and_nothing_is_lost),
      cmocka_unit_test(parts_and_interruptions_change_nothing),
      cmocka_unit_test(memory_may_end_anywhere_and_no_handle_is_lost),
  };
  snprintf(folder, sizeof folder, "build/fault-library-%d", (int)getpid());
  snprintf(images, sizeof images, "%s.images/*.orbc", argv[0]);
  setenv("TMPDIR", folder, 1);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  char command[256];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command) || failed;
}
