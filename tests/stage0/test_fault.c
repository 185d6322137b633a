/* Memory and devices that fail: every request for memory of every program in turn, then interrupted, short, refused reads and writes.
 *
 * A run that meets a fault ends as it would have, or with an error that says what was the matter; what was loaded and the machine go on being usable; and all
 * memory is given back.  Programs: tests/fault, tests/lang, tests/std and examples.  ORUS_FAULT_MS bounds the time for each program and way of failing: when it
 * is over, the rest of its faults is sampled (1000 in release builds, 100 otherwise; 0: go through all of them, whatever it takes). */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#undef fail
#include "kernel/fault/fault.h"
#include "stage0.h"
#include "vm/vm.h"

enum { FAILED = 70 }; /* exit code of a program whose error nobody caught */

typedef struct Output {
  char *bytes;
  size_t count, room;
} Output;

typedef struct World {
  FaultPort fault;
  OrusKernel *kernel;
  OrusKctx k;
  Output out[3];         /* 1 and 2 */
  int64_t redirect;      /* handle that gets what the program writes to standard output; -1: out[1] */
} World;

typedef struct Job {
  const char *path;
  void *image;
  size_t size;
  int tries; /* it has handlers of its own, which may do anything about an error */
  int code;
  Output expected[3];
} Job;

/* -- the host -- */

static void put(Output *o, const void *bytes, size_t n) {
  if (o->count + n >= o->room) o->bytes = realloc(o->bytes, o->room = 2 * (o->count + n) + 16);
  assert_non_null(o->bytes);
  memcpy(o->bytes + o->count, bytes, n);
  o->count += n;
}

static void *host_alloc(void *ctx, size_t size, size_t align) { return kernel_alloc(&((World *)ctx)->k, size, align); }
static void host_free(void *ctx, void *block, size_t size, size_t align) { kernel_free(&((World *)ctx)->k, block, size, align); }

static int64_t host_call(void *ctx, unsigned id, const int64_t *raw, void *const *buffers, const uint64_t *sizes) {
  World *w = ctx;
  int64_t handle = w->redirect;
  int written = id == KCALL_io_write && (raw[0] == 1 || raw[0] == 2);
  if (!written || (raw[0] == 1 && handle >= 0)) return kernel_call(&w->k, id, &(KernelArgs){written ? &handle : raw, buffers, sizes});
  put(&w->out[raw[0]], buffers[0], sizes[0]);
  return (int64_t)sizes[0];
}

static uint64_t host_now(void *ctx) { return (uint64_t)orus_time_monotonic(&((World *)ctx)->k); }
static void host_close(void *ctx, int64_t handle) { orus_fs_close(&((World *)ctx)->k, handle); }

static World *world_new(void) {
  World *w = calloc(1, sizeof *w);
  assert_non_null(w);
  fault_init(&w->fault, orus_port_posix());
  assert_int_equal(orus_kernel_open(&w->fault.port, &w->kernel), 0);
  orus_kctx_init(&w->k, w->kernel);
  w->redirect = -1;
  return w;
}

static void world_end(World *w) {
  orus_kernel_close(w->kernel);
  assert_int_equal(fault_bytes(&w->fault), 0);
  free(w->out[1].bytes);
  free(w->out[2].bytes);
  free(w);
}

static void forget(World *w) { w->out[1].count = w->out[2].count = 0; }
static void disarm(World *w) { fault_rule(&w->fault, 0, (FaultRule){0}); }

/* -- programs -- */

static int contains(const char *path, const char *text) {
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  static char source[1 << 20];
  size_t n = fread(source, 1, sizeof source - 1, f);
  fclose(f);
  source[n] = 0;
  return strstr(source, text) != NULL;
}

/* 0: the file is meant not to compile. */
static int compile(Job *j, const char *path) {
  memset(j, 0, sizeof *j);
  j->path = path;
  if (contains(path, "// error:")) return 0;
  j->tries = contains(path, "try") || contains(path, "spawn");
  Options options = {.std_dir = "std"};
  Compiler *c = malloc(sizeof *c);
  assert_non_null(c);
  stage0_init(c, &options);
  if (!stage0_compile(c, path, &j->image, &j->size)) print_error("%s\n", c->message);
  stage0_free(c);
  free(c);
  assert_non_null(j->image);
  return 1;
}

static void job_free(Job *j) {
  free(j->image);
  free(j->expected[1].bytes);
  free(j->expected[2].bytes);
}

/* -- the stages of a run: each may be refused, and is tried again with enough memory -- */

typedef struct Run {
  World *w;
  const Job *j;
  Program program;
  Vm *vm;
  VmStatus status;
} Run;

static int add_program(Run *r) {
  LoadReport report;
  if (program_add(&r->program, r->j->image, r->j->size, ~(uint64_t)0, &report)) return 1;
  assert_int_equal(report.error, LOAD_OUT_OF_MEMORY);
  return 0;
}

static int new_machine(Run *r, const VmLimits *limits) {
  World *w = r->w;
  VmHost host = {.ctx = w, .memory = {w, host_alloc, host_free}, .now_ns = host_now, .close = host_close, .kernel_call = host_call, .test_mode = 1};
  return (r->vm = vm_new(&r->program, &host, limits)) != NULL;
}

static int start(Run *r) {
  const Func *entry = program_entry(&r->program);
  const OrbcModule *m = &entry->module->view;
  forget(r->w);
  if (!entry->ref_params) return vm_start(r->vm, entry, NULL, NULL) == VM_DONE;
  uint32_t type = m->items[orbc_type(m, entry->row->type)->first_item].type - ORBC_FIRST_MODULE_TYPE;
  Obj *args = vm_array(r->vm, entry->module->types[type], 0);
  if (!args) return 0;
  VmStatus status = vm_start(r->vm, entry, NULL, &args);
  assert_true(status == VM_DONE || status == VM_NO_MEMORY);
  return status == VM_DONE;
}

static int is_prefix(const Output *part, const Output *whole) { return part->count <= whole->count && (!part->count || !memcmp(part->bytes, whole->bytes, part->count)); }
static int same(const Output *a, const Output *b) { return a->count == b->count && is_prefix(a, b); }
static int says(const Output *o, const char *text) { return o->count && memmem(o->bytes, o->count, text, strlen(text)) != NULL; }

static int as_expected(const Run *r) {
  return r->status == VM_DONE && (int)vm_result(r->vm) == r->j->code && same(&r->w->out[1], &r->j->expected[1]) && same(&r->w->out[2], &r->j->expected[2]);
}

/* The normal result, or an error that says that memory is out, after a part of the output. */
static int ended_cleanly(const Run *r) {
  if (as_expected(r)) return 1;
  if (r->status == VM_ERROR) return vm_error_kind(r->vm) == ERR_KIND_OUT_OF_MEMORY && (r->j->tries || is_prefix(&r->w->out[1], &r->j->expected[1]));
  if (r->status != VM_DONE) return 0;
  return r->j->tries || ((int)vm_result(r->vm) == FAILED && says(&r->w->out[2], "out of memory") && is_prefix(&r->w->out[1], &r->j->expected[1]));
}

static void tell(const Run *r, const char *what, unsigned long long n) {
  uint32_t length;
  print_error("%s, fault %llu: %s: status %d, code %d, output %zu of %zu bytes: %.*s\n", r->j->path, n, what, (int)r->status, r->vm ? (int)vm_result(r->vm) : -1,
              r->w->out[1].count, r->j->expected[1].count, (int)r->w->out[2].count, r->w->out[2].count ? r->w->out[2].bytes : "");
  if (r->vm && r->status == VM_ERROR) print_error("  %s: %s\n", vm_kind_name(vm_error_kind(r->vm)), vm_error_message(r->vm, vm_error(r->vm), &length));
}

static void run(Run *r) {
  r->status = vm_run(r->vm);
  assert_null(gc_verify(vm_heap(r->vm)));
}

static void run_end(Run *r, long long bytes) {
  if (r->vm) vm_free(r->vm);
  program_free(&r->program);
  if (fault_bytes(&r->w->fault) != bytes) tell(r, "memory is lost", fault_seen(&r->w->fault, 0));
  assert_int_equal(fault_bytes(&r->w->fault), bytes);
}

/* How the program ends when nothing fails. */
static void expect(World *w, Job *j) {
  Run r = {.w = w, .j = j};
  long long bytes = fault_bytes(&w->fault);
  GcMemory memory = {w, host_alloc, host_free};
  assert_true(program_init(&r.program, memory) && add_program(&r) && new_machine(&r, NULL) && start(&r));
  run(&r);
  assert_int_equal(r.status, VM_DONE);
  j->code = (int)vm_result(r.vm);
  for (int i = 1; i < 3; i++) put(&j->expected[i], w->out[i].count ? w->out[i].bytes : "", w->out[i].count);
  assert_true(start(&r)); /* the same machine once more */
  run(&r);
  if (!as_expected(&r)) tell(&r, "a second run differs", 0);
  assert_true(as_expected(&r));
  run_end(&r, bytes);
}

/* One run with the rule in force; 0: it has met no fault. */
static int meet(World *w, const Job *j, unsigned long long first, unsigned long long every) {
  Run r = {.w = w, .j = j};
  long long bytes = fault_bytes(&w->fault);
  GcMemory memory = {w, host_alloc, host_free};
  fault_rule(&w->fault, 0, (FaultRule){.call = FAULT_MEMORY, .first = first, .every = every});
  if (!program_init(&r.program, memory)) {
    program_free(&r.program);
    disarm(w);
    assert_true(program_init(&r.program, memory));
  }
  if (!add_program(&r)) disarm(w), assert_true(add_program(&r));
  if (!new_machine(&r, NULL)) disarm(w), assert_true(new_machine(&r, NULL));
  if (!start(&r)) disarm(w), assert_true(start(&r));
  run(&r);
  int met = w->fault.rules[0].call == 0 || fault_failures(&w->fault, 0) != 0;
  disarm(w);
  int clean = ended_cleanly(&r);
  if (!clean) tell(&r, "no clean end", first);
  if (clean && !as_expected(&r)) {
    clean = start(&r);
    if (clean) run(&r), clean = as_expected(&r);
    if (!clean) tell(&r, "the next run is not as it should be", first);
  }
  run_end(&r, bytes);
  assert_true(clean);
  return met;
}

static long budget_ms(void) {
  const char *text = getenv("ORUS_FAULT_MS");
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(ORUS_STRESS)
  return text ? atol(text) : 1000;
#else
  return text ? atol(text) : 100;
#endif
}

typedef struct Sum {
  unsigned long long programs, runs, sampled;
} Sum;

static void each_fault(World *w, const Job *j, int for_ever, Sum *sum) {
  int64_t limit = budget_ms() * (int64_t)1000000, end = orus_time_monotonic(&w->k) + limit;
  unsigned long long n = 1, step = 1;
  for (; meet(w, j, n, (unsigned long long)for_ever); n += step) {
    sum->runs++;
    if (limit && orus_time_monotonic(&w->k) > end) {
      if (step == 1) sum->sampled++;
      step *= 2;
    }
  }
}

static void each_program(void (*work)(World *w, Job *j, Sum *sum)) {
  glob_t files;
  Sum sum = {0};
  assert_int_equal(glob("tests/fault/*.orus", 0, NULL, &files), 0);
  static const char *const more[] = {"tests/lang/*.orus", "tests/lang/*/*.orus", "tests/std/*.orus", "examples/*.orus"};
  for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) assert_int_equal(glob(more[i], GLOB_APPEND, NULL, &files), 0);
  for (size_t i = 0; i < files.gl_pathc; i++) {
    Job j;
    if (strstr(files.gl_pathv[i], "/modules/") || !compile(&j, files.gl_pathv[i])) continue;
    World *w = world_new();
    expect(w, &j);
    work(w, &j, &sum);
    world_end(w);
    job_free(&j);
    sum.programs++;
  }
  globfree(&files);
  print_message("# %llu programs, %llu runs with a fault, %llu sampled\n", sum.programs, sum.runs, sum.sampled);
  assert_true(sum.programs >= 50);
}

static void one_request_fails(World *w, Job *j, Sum *sum) { each_fault(w, j, 0, sum); }
static void all_requests_fail_from_one_on(World *w, Job *j, Sum *sum) { each_fault(w, j, 1, sum); }

static void one_request_for_memory_may_fail(void **unused) { (void)unused; each_program(one_request_fails); }
static void memory_may_end_at_any_request(void **unused) { (void)unused; each_program(all_requests_fail_from_one_on); }

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_request_for_memory_may_fail), cmocka_unit_test(memory_may_end_at_any_request),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
