/* Memory and devices that fail: every request for memory of every program in turn, then interrupted, short, refused reads and writes.
 *
 * A run that meets a fault ends as it would have, or with an error that says what was the matter; what was loaded and the machine go on being usable; and all
 * memory is given back.  Programs: tests/fault, tests/std, examples and some of tests/lang.  ORUS_FAULT_MS bounds the time for each program and way of failing: when it
 * is over, the rest of its faults is sampled (BUDGET_MS; 0: go through all of them, whatever it takes). */
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
#include "compile.h"
#include "vm/vm.h"

enum { FAILED = 70, UNREAD = 141 }; /* exit codes of a program whose error nobody caught, and of one whose output nobody reads */

/* What a build has time for.  Programs that use up more FUEL are left out; the stress build collects at every allocation and has
 * time for short ones only. */
#if defined(ORUS_STRESS)
enum { BUDGET_MS = 30, FUEL = 20000, LEAST_PROGRAMS = 15, EXAMPLES = 0 };
#elif defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
enum { BUDGET_MS = 60, FUEL = 2000000, LEAST_PROGRAMS = 55, EXAMPLES = 1 };
#else
enum { BUDGET_MS = 15, FUEL = 500000, LEAST_PROGRAMS = 50, EXAMPLES = 0 };
#endif

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

/* 0: the file is meant not to compile, or is in the language beyond Orus-0. */
static int compile(Job *j, const char *path) {
  memset(j, 0, sizeof *j);
  j->path = path;
  if (contains(path, "// error: ") || contains(path, "// stage0: ")) return 0;
  j->tries = contains(path, "try") || contains(path, "spawn");
  j->image = compile_file(path, &j->size);
  return j->image != NULL;
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
  assert_true(status == VM_DONE || (status == VM_ERROR && vm_error_kind(r->vm) == ERR_KIND_OUT_OF_MEMORY));
  return status == VM_DONE;
}

static int is_prefix(const Output *part, const Output *whole) { return part->count <= whole->count && (!part->count || !memcmp(part->bytes, whole->bytes, part->count)); }
static int same(const Output *a, const Output *b) { return a->count == b->count && is_prefix(a, b); }
static int says(const Output *o, const char *text) { return o->count && memmem(o->bytes, o->count, text, strlen(text)) != NULL; }

static int as_expected(const Run *r) {
  return r->status == VM_DONE && (int)vm_result(r->vm) == r->j->code && same(&r->w->out[1], &r->j->expected[1]) && same(&r->w->out[2], &r->j->expected[2]);
}

static int same_line(const Output *a, const Output *b) {
  const char *end = b->count ? memchr(b->bytes, '\n', b->count) : NULL;
  size_t n = end ? (size_t)(end - b->bytes) : b->count;
  return a->count >= n && n && !memcmp(a->bytes, b->bytes, n);
}

/* An error that nobody caught is told as it should be; what else a report shows may be missing. */
static int error_is_told(const Run *r) {
  return (int)vm_result(r->vm) == FAILED && r->j->code == FAILED && same(&r->w->out[1], &r->j->expected[1]) && same_line(&r->w->out[2], &r->j->expected[2]);
}

/* The normal result, or an error that says that memory is out, after a part of the output. */
static int ended_cleanly(const Run *r) {
  if (as_expected(r) || (r->status == VM_DONE && error_is_told(r))) return 1;
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
  const char *wrong = gc_verify(vm_heap(r->vm)); /* while memory is refused it cannot tell; the next run without a fault does */
  assert_true(!wrong || wrong == gc_verify_no_memory);
}

static void run_end(Run *r, long long bytes) {
  if (r->vm) vm_free(r->vm);
  program_free(&r->program);
  if (fault_bytes(&r->w->fault) != bytes) tell(r, "memory is lost", fault_seen(&r->w->fault, 0));
  assert_int_equal(fault_bytes(&r->w->fault), bytes);
}

/* How the program ends when nothing fails; 0: not within the fuel. */
static int expect(World *w, Job *j, uint64_t fuel) {
  VmLimits limits = {.fuel = fuel};
  Run r = {.w = w, .j = j};
  long long bytes = fault_bytes(&w->fault);
  GcMemory memory = {w, host_alloc, host_free};
  assert_true(program_init(&r.program, memory) && add_program(&r) && new_machine(&r, &limits) && start(&r));
  run(&r);
  if (r.status == VM_STOPPED) return run_end(&r, bytes), 0;
  assert_int_equal(r.status, VM_DONE);
  j->code = (int)vm_result(r.vm);
  for (int i = 1; i < 3; i++) put(&j->expected[i], w->out[i].count ? w->out[i].bytes : "", w->out[i].count);
  limits.fuel = 0;
  vm_set_limits(r.vm, &limits);
  assert_true(start(&r)); /* the same machine once more */
  run(&r);
  if (!as_expected(&r)) tell(&r, "a second run differs", 0);
  assert_true(as_expected(&r));
  run_end(&r, bytes);
  return 1;
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
  return text ? atol(text) : BUDGET_MS;
}

typedef struct Sum {
  unsigned long long runs, sampled;
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

/* The programs, compiled once. */
typedef struct Jobs {
  glob_t files;
  Job *rows;
  size_t count;
} Jobs;

static int open_jobs(void **state) {
  Jobs *all = calloc(1, sizeof *all);
  World *w = world_new();
  static const char *const more[] = {"tests/lang/mixed.orus", "tests/lang/basics/*.orus", "tests/lang/types/*.orus", "tests/std/*.orus", "examples/*.orus"};
  enum { MORE = sizeof more / sizeof more[0] };
  assert_non_null(all);
  assert_int_equal(glob("tests/fault/*.orus", 0, NULL, &all->files), 0);
  for (size_t i = 0; i < MORE - !EXAMPLES; i++) assert_int_equal(glob(more[i], GLOB_APPEND, NULL, &all->files), 0);
  all->rows = calloc(all->files.gl_pathc, sizeof *all->rows);
  assert_non_null(all->rows);
  for (size_t i = 0; i < all->files.gl_pathc; i++) {
    Job *j = &all->rows[all->count];
    if (strstr(all->files.gl_pathv[i], "/modules/") || !compile(j, all->files.gl_pathv[i])) continue;
    if (expect(w, j, FUEL)) all->count++;
    else job_free(j);
  }
  world_end(w);
  *state = all;
  return 0;
}

static int close_jobs(void **state) {
  Jobs *all = *state;
  for (size_t i = 0; i < all->count; i++) job_free(&all->rows[i]);
  globfree(&all->files);
  free(all->rows);
  free(all);
  return 0;
}

static void each_program(Jobs *all, void (*work)(World *w, Job *j, Sum *sum)) {
  Sum sum = {0};
  for (size_t i = 0; i < all->count; i++) {
    World *w = world_new();
    work(w, &all->rows[i], &sum);
    world_end(w);
  }
  print_message("# %zu programs, %llu runs with a fault, %llu sampled\n", all->count, sum.runs, sum.sampled);
  assert_true(all->count >= LEAST_PROGRAMS);
}

static void one_request_fails(World *w, Job *j, Sum *sum) { each_fault(w, j, 0, sum); }
static void all_requests_fail_from_one_on(World *w, Job *j, Sum *sum) { each_fault(w, j, 1, sum); }

static void one_request_for_memory_may_fail(void **state) { each_program(*state, one_request_fails); }
static void memory_may_end_at_any_request(void **state) { each_program(*state, all_requests_fail_from_one_on); }

/* -- a heap that is too small: here it is objects that cannot be made, at ever later places -- */

static void small_heap(World *w, Job *j, Sum *sum) {
  int64_t limit = budget_ms() * (int64_t)1000000, end = orus_time_monotonic(&w->k) + limit;
  long long bytes = fault_bytes(&w->fault);
  GcMemory memory = {w, host_alloc, host_free};
  int enough = 0;
  for (uint64_t heap = 65536; !enough; heap += heap / (limit && orus_time_monotonic(&w->k) > end ? 2 : 16)) {
    Run r = {.w = w, .j = j};
    VmLimits limits = {.heap_bytes = heap}, none = {0};
    assert_true(program_init(&r.program, memory) && add_program(&r));
    if (new_machine(&r, &limits) && start(&r)) {
      sum->runs++;
      run(&r);
      enough = as_expected(&r);
      if (!ended_cleanly(&r)) tell(&r, "no clean end in a heap of this size", heap);
      assert_true(ended_cleanly(&r));
      vm_set_limits(r.vm, &none);
      assert_true(start(&r));
      run(&r);
      if (!as_expected(&r)) tell(&r, "the next run in a larger heap is not as it should be", heap);
      assert_true(as_expected(&r));
    }
    run_end(&r, bytes);
  }
}

static void a_heap_may_be_too_small_by_any_size(void **state) { each_program(*state, small_heap); }

/* -- the rest of the machine's interface that wants memory -- */

static void breakpoints_and_strings_may_find_no_memory(void **unused) {
  (void)unused;
  World *w = world_new();
  Job j;
  assert_true(compile(&j, "tests/fault/sort.orus"));
  assert_true(expect(w, &j, 0));
  Run r = {.w = w, .j = &j};
  GcMemory memory = {w, host_alloc, host_free};
  long long bytes = fault_bytes(&w->fault);
  assert_true(program_init(&r.program, memory));
  r.program.is_exact = 1;
  assert_true(add_program(&r) && new_machine(&r, NULL));
  fault_rule(&w->fault, 0, (FaultRule){.call = FAULT_MEMORY, .first = 1, .every = 1});
  const Func *entry = program_entry(&r.program);
  assert_false(vm_set_breakpoint(r.vm, entry, 0));
  assert_null(vm_string(r.vm, "", (size_t)1 << 27));
  assert_null(vm_array(r.vm, TYPE_LONGS, 1u << 24));
  disarm(w);
  assert_true(vm_set_breakpoint(r.vm, entry, 0));
  for (uint32_t pc = 1; pc < entry->row->code && pc < 20; pc++) { /* more than there is room for at first */
    fault_rule(&w->fault, 0, (FaultRule){.call = FAULT_MEMORY, .first = 1});
    int set = vm_set_breakpoint(r.vm, entry, pc);
    assert_int_equal(set, fault_failures(&w->fault, 0) == 0);
    disarm(w);
    assert_true(vm_set_breakpoint(r.vm, entry, pc));
  }
  assert_true(start(&r));
  assert_int_equal(vm_run(r.vm), VM_BREAK);
  for (uint32_t pc = 0; pc < entry->row->code; pc++) vm_clear_breakpoint(r.vm, entry, pc);
  run(&r);
  assert_true(as_expected(&r));
  run_end(&r, bytes);
  world_end(w);
  job_free(&j);
}

/* -- devices: the program's output goes to a file through the port -- */

typedef struct Device {
  World *w;
  Run run;
  char path[64];
  Output written;
} Device;

static void device_run(Device *d, const Job *j, FaultRule first, FaultRule second) {
  World *w = d->w;
  GcMemory memory = {w, host_alloc, host_free};
  d->run = (Run){.w = w, .j = j};
  w->redirect = orus_fs_open(&w->k, d->path, (int64_t)strlen(d->path), ORUS_OPEN_WRITE | ORUS_OPEN_CREATE | ORUS_OPEN_TRUNCATE);
  assert_true(w->redirect >= 0);
  assert_true(program_init(&d->run.program, memory) && add_program(&d->run) && new_machine(&d->run, NULL) && start(&d->run));
  fault_rule(&w->fault, 0, first);
  fault_rule(&w->fault, 1, second);
  run(&d->run);
}

/* What is in the file now. */
static void device_end(Device *d, long long bytes) {
  World *w = d->w;
  static char block[4096];
  fault_rule(&w->fault, 0, (FaultRule){0});
  fault_rule(&w->fault, 1, (FaultRule){0});
  assert_int_equal(orus_fs_close(&w->k, w->redirect), 0);
  w->redirect = -1;
  FILE *f = fopen(d->path, "r");
  assert_non_null(f);
  d->written.count = 0;
  for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;) put(&d->written, block, n);
  fclose(f);
  run_end(&d->run, bytes);
}

static void device_job(Device *d, Job *j, const char *path) {
  memset(d, 0, sizeof *d);
  d->w = world_new();
  snprintf(d->path, sizeof d->path, "build/fault-%d.txt", (int)getpid());
  assert_true(compile(j, path));
  assert_true(expect(d->w, j, 0));
}

static void device_close(Device *d, Job *j) {
  unlink(d->path);
  free(d->written.bytes);
  world_end(d->w);
  job_free(j);
}

static const char *const printing[] = {
    "tests/fault/read_file.orus", "tests/fault/read_itself.orus", "tests/fault/numbers.orus",
#ifndef ORUS_STRESS
    "tests/fault/print_much.orus", "tests/fault/print_long.orus",
#endif
};
enum { PRINTING = sizeof printing / sizeof printing[0] };

/* Faults that are none: the output is whole. */
static void interruptions_and_short_counts_lose_nothing(void **unused) {
  (void)unused;
  static const FaultRule rules[] = {
      {.call = KCALL_io_write, .error = KERR_INTERRUPTED, .first = 1},  {.call = KCALL_io_write, .error = KERR_INTERRUPTED, .first = 1, .every = 2},
      {.call = KCALL_io_write, .error = KERR_AGAIN, .first = 1},        {.call = KCALL_io_write, .error = KERR_AGAIN, .first = 2, .every = 2},
      {.call = KCALL_io_write, .first = 1, .every = 1, .bytes = 7},     {.call = KCALL_io_write, .first = 2, .every = 3, .bytes = 1},
      {.call = KCALL_io_write, .first = 1, .every = 2, .bytes = 0},     {.call = KCALL_io_read, .error = KERR_INTERRUPTED, .first = 1, .every = 2},
      {.call = KCALL_io_read, .error = KERR_AGAIN, .first = 1, .every = 2}, {.call = KCALL_io_read, .first = 1, .every = 1, .bytes = 1},
      {.call = KCALL_fs_close, .error = KERR_IO, .first = 1},
  };
  for (int i = 0; i < PRINTING; i++) {
    Device d;
    Job j;
    device_job(&d, &j, printing[i]);
    long long bytes = fault_bytes(&d.w->fault);
    for (size_t k = 0; k < sizeof rules / sizeof rules[0]; k++) {
      FaultRule poll = {.call = KCALL_io_poll, .error = KERR_INTERRUPTED, .first = 1, .every = 2}; /* and waiting is interrupted too */
      device_run(&d, &j, rules[k], poll);
      int code = (int)vm_result(d.run.vm), done = d.run.status == VM_DONE;
      if (!done || code) tell(&d.run, "stopped by what is no fault", k);
      assert_true(done && code == 0);
      device_end(&d, bytes);
      assert_true(same(&d.written, &j.expected[1]));
    }
    device_close(&d, &j);
  }
}

/* Who has closed a pipe knows; all else is said. */
static int is_told(const Run *r, KernelError error) {
  if (r->status != VM_DONE) return 0;
  if (error == KERR_PIPE) return (int)vm_result(r->vm) == UNREAD && !r->w->out[2].count;
  return (int)vm_result(r->vm) == FAILED && says(&r->w->out[2], "cannot write to standard output");
}

/* Writing fails from the nth write on: what was written is the start of the output, the error names it, the exit code tells. */
static void a_full_device_is_told(void **unused) {
  (void)unused;
  static const KernelError errors[] = {KERR_NO_SPACE, KERR_IO, KERR_PIPE, KERR_BAD_HANDLE};
  for (int i = 0; i < PRINTING; i++) {
    Device d;
    Job j;
    device_job(&d, &j, printing[i]);
    long long bytes = fault_bytes(&d.w->fault);
    for (unsigned long long n = 1, met = 1; met; n++) {
      FaultRule rule = {.call = KCALL_io_write, .error = errors[n % 4], .first = n, .every = 1};
      device_run(&d, &j, rule, (FaultRule){0});
      met = fault_failures(&d.w->fault, 0);
      int told = is_told(&d.run, errors[n % 4]);
      if (met && !told) tell(&d.run, "a full device is not told", n);
      assert_true(met ? told : d.run.status == VM_DONE && vm_result(d.run.vm) == 0);
      device_end(&d, bytes);
      assert_true(met ? is_prefix(&d.written, &j.expected[1]) : same(&d.written, &j.expected[1]));
    }
    device_close(&d, &j);
  }
}

/* A file that cannot be opened, or read to its end: nothing of it is taken for the whole. */
static void a_file_that_cannot_be_read_is_told(void **unused) {
  (void)unused;
  static const struct { FaultRule rule; const char *text; } cases[] = {
      {{.call = KCALL_fs_open, .error = KERR_ACCESS, .first = 1}, "cannot open 'tests/fault/read_file.orus'"},
      {{.call = KCALL_fs_open, .error = KERR_OUT_OF_MEMORY, .first = 1}, "cannot open"},
      {{.call = KCALL_io_read, .error = KERR_IO, .first = 1}, "cannot read 'tests/fault/read_file.orus'"},
      {{.call = KCALL_io_read, .error = KERR_IO, .first = 2}, "cannot read"},
  };
  Device d;
  Job j;
  device_job(&d, &j, "tests/fault/read_file.orus");
  long long bytes = fault_bytes(&d.w->fault);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    device_run(&d, &j, cases[i].rule, (FaultRule){0});
    assert_int_equal(d.run.status, VM_DONE);
    assert_int_equal(vm_result(d.run.vm), FAILED);
    assert_true(says(&d.w->out[2], cases[i].text));
    device_end(&d, bytes);
    assert_int_equal(d.written.count, 0);
  }
  device_close(&d, &j);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_request_for_memory_may_fail), cmocka_unit_test(memory_may_end_at_any_request), cmocka_unit_test(a_heap_may_be_too_small_by_any_size),
      cmocka_unit_test(breakpoints_and_strings_may_find_no_memory), cmocka_unit_test(interruptions_and_short_counts_lose_nothing),
      cmocka_unit_test(a_full_device_is_told), cmocka_unit_test(a_file_that_cannot_be_read_is_told),
  };
  return cmocka_run_group_tests(tests, open_jobs, close_jobs);
}
