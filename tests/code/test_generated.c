/* Random valid modules (gen_module.h): each is accepted by the verifier, one in four keeps every byte through dis and asm, each links, and runs with little fuel and heap
 * to an end that the machine's interface names, with a sound heap: the same end whether calls are expanded or not, and functions packed or not.  ORUS_GENERATED sets how many, ORUS_CALLS how
 * many of small functions, ORUS_SEED the first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#undef fail
#include "../host.h"
#include "code/asm.h"
#include "code/dis.h"
#include "code/prelinked.h"
#include "code/verify.h"
#include "gen_calls.h"
#include "gen_module.h"

static const GcMemory memory = {NULL, plain_alloc, plain_free};

typedef struct Totals {
  uint64_t used[OP_COUNT]; /* instructions of each opcode */
  uint64_t done, errors, stopped, executed, collections, compared, libraries;
} Totals;

static void *assemble(uint64_t seed, const CodeText *text, size_t *size) {
  AsmReport r;
  void *image;
  if (!asm_assemble(text->bytes.rows, text->bytes.count, memory, &image, size, &r))
    print_error("seed %llu: %u:%u: %s %s at '%s'\n", (unsigned long long)seed, r.line, r.column, r.message, r.detail, r.token);
  assert_non_null(image);
  return image;
}

static void round_trip(uint64_t seed, const void *image, size_t size, const CodeText *text) {
  size_t again_size;
  void *again = assemble(seed, text, &again_size);
  assert_int_equal(again_size, size);
  assert_memory_equal(again, image, size);
  free(again);
}

/* 1: it calls for collections. */
static int check(uint64_t seed, const void *image, size_t size, Totals *totals) {
  OrbcModule m;
  LoadReport why;
  assert_true(orbc_read(image, size, &m, &why));
  void *scratch = malloc(verify_scratch_size(&m));
  assert_non_null(scratch);
  int ok = verify_module(&m, ~(uint64_t)0, scratch, NULL, &why);
  free(scratch);
  if (!ok || seed % 4 == 0) {
    CodeText text;
    ctext_init(&text, memory);
    assert_true(dis_module(&m, memory, &text));
    if (!ok) print_error("seed %llu: %s, row %u\n%.*s\n", (unsigned long long)seed, why.detail, why.row, (int)text.bytes.count, (const char *)text.bytes.rows);
    assert_true(ok);
    round_trip(seed, image, size, &text);
    ctext_free(&text);
  }
  int collects = 0;
  for (uint32_t i = 0; i < m.code_count; i++) {
    totals->used[insn_op(m.code[i])]++;
    collects |= insn_op(m.code[i]) == OP_SERVICE && insn_c(m.code[i]) == SERVICE_GC_COLLECT;
  }
  return collects;
}

typedef struct Ending {
  VmStatus status;
  int kind, frames;
  int64_t result, total; /* total: what function `total` says afterwards, if there is one */
  uint64_t trace;        /* hash of its entries */
  uint64_t fuel;
} Ending;

/* What the run left in the module's globals. */
static int64_t total_of(Vm *vm, const Program *program) {
  const Func *total = program_find(program, "total", 5);
  if (!total || vm_start(vm, total, NULL, NULL) != VM_DONE) return 0;
  return vm_run(vm) == VM_DONE ? vm_result(vm) : -1;
}

/* How they are run: as machines do, instruction by instruction as it is in the file, with the first one packed. */
enum { EXPANDED, EXACT, PACKED };

/* Modules of one program in the order in which they are added. */
typedef struct Images {
  void *bytes[2];
  size_t sizes[2], count;
  int collects; /* some code calls for a collection */
} Images;

/* The image as it would be built into an executable, with nothing linked. */
static CodeVec built_in(const void *image, size_t size) {
  CodeVec words;
  Program program;
  LoadReport why;
  vec_init(&words, memory, sizeof(uint64_t));
  assert_true(program_init(&program, memory) && program_add(&program, image, size, ~(uint64_t)0, &why) && prelinked_put(&program, image, &words));
  program_free(&program);
  return words;
}

static Ending run(uint64_t seed, const Images *images, int how, Totals *totals) {
  uint64_t clock = 0;
  VmHost host = plain_host(&clock);
  VmLimits limits = {.stack_raw = 1 << 16, .stack_ref = 1 << 16, .call_depth = 100, .heap_bytes = 4 << 20, .array_length = 1000, .fuel = 20000};
  Program program;
  LoadReport why;
  assert_true(program_init(&program, memory));
  program.is_exact = how == EXACT;
  CodeVec words = {0};
  if (how == PACKED) words = built_in(images->bytes[0], images->sizes[0]);
  for (size_t i = 0; i < images->count; i++) {
    int added = words.rows && !i ? program_add_built_in(&program, words.rows, ~(uint64_t)0, &why)
                                 : program_add(&program, images->bytes[i], images->sizes[i], ~(uint64_t)0, &why);
    if (!added) print_error("seed %llu: %s\n", (unsigned long long)seed, why.detail);
    assert_true(added);
  }
  Vm *vm = vm_new(&program, &host, &limits);
  assert_non_null(vm);
  VmStatus status = vm_start(vm, program_entry(&program), NULL, NULL);
  if (status == VM_DONE) status = vm_run(vm);
  if (status != VM_DONE && status != VM_ERROR && status != VM_STOPPED) print_error("seed %llu: status %d %s\n", (unsigned long long)seed, (int)status, vm_fault(vm) ? vm_fault(vm) : "");
  assert_true(status == VM_DONE || status == VM_ERROR || status == VM_STOPPED);
  const char *fault = gc_verify(vm_heap(vm));
  if (fault) print_error("seed %llu: %s\n", (unsigned long long)seed, fault);
  assert_null(fault);
  VmStats stats;
  vm_stats(vm, &stats);
  totals->executed += stats.instructions;
  totals->collections += stats.heap.minor + stats.heap.full;
  Ending ending = {status, status == VM_ERROR ? vm_error_kind(vm) : 0, 0, status == VM_DONE ? vm_result(vm) : 0, 0, 0, stats.instructions};
  const Func *f;
  for (uint32_t pc; status == VM_ERROR && vm_error_frame(vm, vm_error(vm), (uint32_t)ending.frames, &f, &pc); ending.frames++)
    ending.trace = ending.trace * 1000003 + ((uint64_t)(f ? f->index : 0) << 32 | pc);
  ++*(status == VM_DONE ? &totals->done : status == VM_ERROR ? &totals->errors : &totals->stopped);
  if (status != VM_STOPPED) ending.total = total_of(vm, &program);
  vm_free(vm);
  program_free(&program);
  if (words.rows) vec_free(&words);
  return ending;
}

/* Limits are reached at other places when calls are expanded. */
static int meets_limit(const Ending *e) {
  return e->status == VM_STOPPED || e->kind == ERR_KIND_STACK_OVERFLOW || e->kind == ERR_KIND_OUT_OF_MEMORY;
}

/* What a collection costs depends on the heap that is in use, and so on what dead registers still hold, which is not the same. */
static int is_same_fuel(const Ending *x, const Ending *y, int collects) { return collects || x->fuel == y->fuel; }

static int is_same_end(const Ending *x, const Ending *y) {
  return x->status == y->status && x->kind == y->kind && x->frames == y->frames && x->result == y->result && x->total == y->total && x->trace == y->trace;
}

static void run_packed(uint64_t seed, const Images *images, const Ending *expanded, Totals *totals) {
  Ending packed = run(seed, images, PACKED, totals);
  assert_true(is_same_end(&packed, expanded) && packed.fuel == expanded->fuel);
}

/* However it is run, the ends must be the same. */
static void run_all(uint64_t seed, const Images *images, Totals *totals) {
  Ending exact = run(seed, images, EXACT, totals), expanded = run(seed, images, EXPANDED, totals);
  run_packed(seed, images, &expanded, totals);
  if (meets_limit(&exact) || meets_limit(&expanded)) return;
  totals->compared++;
  int same = is_same_end(&exact, &expanded) && is_same_fuel(&exact, &expanded, images->collects);
  if (!same)
    print_error("seed %llu: status %d %d, error %d %d, frames %d %d, result %lld %lld, total %lld %lld, trace %llx %llx, fuel %llu %llu\n", (unsigned long long)seed, (int)exact.status, (int)expanded.status, exact.kind,
                expanded.kind, exact.frames, expanded.frames, (long long)exact.result, (long long)expanded.result, (long long)exact.total, (long long)expanded.total,
                (unsigned long long)exact.trace, (unsigned long long)expanded.trace, (unsigned long long)exact.fuel, (unsigned long long)expanded.fuel);
  assert_true(same);
}

static uint64_t setting(const char *name, uint64_t otherwise) {
  const char *text = getenv(name);
  return text ? strtoull(text, NULL, 10) : otherwise;
}

/* The image of a text that is not empty. */
static void add_image(uint64_t seed, const CodeText *text, Images *images, Totals *totals) {
  if (!text->bytes.count) return;
  size_t i = images->count++;
  images->bytes[i] = assemble(seed, text, &images->sizes[i]);
  images->collects |= check(seed, images->bytes[i], images->sizes[i], totals);
}

static int single_module(uint64_t seed, CodeText *library, CodeText *out) {
  (void)library;
  return gen_module(seed, out);
}

static void run_generated(int (*generate)(uint64_t, CodeText *, CodeText *), uint64_t count, Totals *totals) {
  uint64_t first = setting("ORUS_SEED", 1);
  for (uint64_t seed = first; seed < first + count; seed++) {
    CodeText library, text;
    Images images = {0};
    ctext_init(&library, memory);
    ctext_init(&text, memory);
    assert_true(generate(seed, &library, &text));
    add_image(seed, &library, &images, totals);
    add_image(seed, &text, &images, totals);
    totals->libraries += images.count > 1;
    run_all(seed, &images, totals);
    for (size_t i = 0; i < images.count; i++) free(images.bytes[i]);
    ctext_free(&library);
    ctext_free(&text);
  }
  print_message("%llu done, %llu errors, %llu stopped, %llu instructions, %llu collections, %llu compared\n", (unsigned long long)totals->done, (unsigned long long)totals->errors,
                (unsigned long long)totals->stopped, (unsigned long long)totals->executed, (unsigned long long)totals->collections, (unsigned long long)totals->compared);
}

static void generated_modules_are_valid_and_run(void **unused) {
  (void)unused;
  uint64_t count = setting("ORUS_GENERATED", 500);
  Totals totals = {0};
  run_generated(single_module, count, &totals);
  for (unsigned op = 0; count >= 500 && op < OP_COUNT; op++) {
    if (op == OP_CALL_KERNEL) continue;
    if (!totals.used[op]) print_error("no module has %s\n", opcode_info[op].name);
    assert_true(totals.used[op]);
  }
}

/* Most runs must come to an end that can be compared, and some to errors. */
static void generated_calls_are_the_same_expanded(void **unused) {
  (void)unused;
  uint64_t count = setting("ORUS_CALLS", setting("ORUS_GENERATED", 500));
  Totals totals = {0};
  run_generated(gen_calls, count, &totals);
  assert_true(totals.compared >= count * 3 / 4);
  assert_true(count < 500 || (totals.done && totals.errors && totals.collections && totals.libraries >= count / 2));
}

static void the_same_seed_gives_the_same_text(void **unused) {
  (void)unused;
  CodeText x, y;
  ctext_init(&x, memory);
  ctext_init(&y, memory);
  assert_true(gen_module(7, &x) && gen_module(7, &y));
  assert_int_equal(x.bytes.count, y.bytes.count);
  assert_memory_equal(x.bytes.rows, y.bytes.rows, x.bytes.count);
  ctext_free(&x);
  ctext_free(&y);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(generated_modules_are_valid_and_run), cmocka_unit_test(generated_calls_are_the_same_expanded),
                                     cmocka_unit_test(the_same_seed_gives_the_same_text)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
