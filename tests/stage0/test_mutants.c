/* The verifier is a security boundary: whatever is done to an image, it is either refused or runs without harm (this test is for the sanitizer builds).
 * One mutant in four is made of a compiled program, the others of generated modules (tests/code/gen_module.h), which are small and use every instruction.
 * ORUS_MUTANTS sets how many are made; each accepted one runs with little fuel, heap and stack. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef fail
#include "../code/gen_module.h"
#include "../host.h"
#include "code/asm.h"
#include "compile.h"
#include "kernel/kcall.h"

static const char source[] =
    "enum Shape:\n    Dot\n    Circle(r: f64)\n"
    "struct P:\n    x: i32\n    name: string\n"
    "fn work(n: i32) -> i32:\n"
    "    xs: [i32] = []\n"
    "    for i in 0..n: xs.push(i * 3 % 7)\n"
    "    m: Map[string, i32] = {}\n"
    "    for x in xs: m[x.to_string()] = m.get_or(x.to_string(), 0) + x\n"
    "    mut total = 0\n"
    "    for k, v in m: total += v + len(k)\n"
    "    s: Shape = Shape.Circle(1.5)\n"
    "    match s:\n        Shape.Dot -> total += 1\n        Shape.Circle(r) -> total += r as i32\n"
    "    f = fn(a: i32) -> i32: a + total\n"
    "    try:\n        total = f(xs[n])\n    catch e: total += len(e.message)\n"
    "    p = P{ x: total, name: \"n\" + total.to_string() }\n"
    "    xs.sort()\n"
    "    p.x + len(p.name) + xs[0]\n"
    "fn main():\n    for i in 1..20: work(i)\n";

static uint64_t state = 88172645463325252ull;
static uint64_t random64(void) { /* xorshift64, Marsaglia 2003 */
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

static int64_t host_kernel(void *ctx, unsigned id, const int64_t *raw, void *const *buffers, const uint64_t *sizes) {
  (void)ctx, (void)raw;
  int64_t sum = 0;
  for (const char *p = kernel_call_info[id].params; *p; p++) {
    if (*p == 'i' || *p == 'h') continue;
    for (uint64_t i = 0; i < *sizes && i < 64; i++) sum += ((const unsigned char *)*buffers)[i]; /* the buffer must be readable */
    sizes++;
    buffers++;
  }
  return sum & 63;
}

/* Runs the image; 1 when it was accepted.  `vouched`: functions that are wrong are found when they are linked.  `link_rest`: what was not called, too. */
static int run_image(const void *image, size_t size, int vouched, int link_rest) {
  uint64_t clock = 0;
  VmHost host = plain_host(&clock);
  host.kernel_call = host_kernel;
  VmLimits limits = {.stack_raw = 4096, .stack_ref = 4096, .call_depth = 200, .heap_bytes = 2 << 20, .array_length = 100000, .fuel = 100000};
  Program program;
  LoadReport report;
  assert_true(program_init(&program, host.memory));
  int ok = vouched ? program_add_vouched(&program, image, size, ~(uint64_t)0, &report) : program_add(&program, image, size, ~(uint64_t)0, &report);
  const Func *entry = ok ? program_entry(&program) : NULL;
  Vm *vm = entry && entry->raw_params == 0 && entry->ref_params <= 1 ? vm_new(&program, &host, &limits) : NULL;
  if (vm) {
    const OrbcModule *m = &entry->module->view;
    uint32_t type = entry->ref_params ? m->items[orbc_type(m, entry->row->type)->first_item].type : 0;
    Obj *args = type >= ORBC_FIRST_MODULE_TYPE && orbc_type(m, type)->kind == KIND_ARRAY ? vm_array(vm, entry->module->types[type - ORBC_FIRST_MODULE_TYPE], 0) : NULL;
    VmStatus status = vm_start(vm, entry, NULL, &args);
    if (status == VM_DONE) status = vm_run(vm);
    assert_true(status == VM_DONE || status == VM_ERROR || status == VM_STOPPED);
    assert_null(gc_verify(vm_heap(vm)));
    vm_free(vm);
  }
  for (uint32_t i = 0; link_rest && i < program.functions_count; i++) {
    int linked = program_link(&program, &program.functions[i]);
    assert_true(linked > 0 || (vouched && linked < 0));
  }
  program_free(&program);
  return ok;
}

static void fix_checksum(unsigned char *image, size_t size) {
  OrbcHeader *h = (OrbcHeader *)(void *)image;
  h->checksum = orbc_checksum(image + sizeof *h, size - sizeof *h);
}

/* One to four changes: a bit, a byte, a 16-bit operand, a word copied from elsewhere. */
static void mutate(unsigned char *image, size_t size, size_t code_start, size_t code_end) {
  for (unsigned n = 1 + random64() % 4; n; n--) {
    int in_code = random64() % 2;
    size_t low = in_code ? code_start : 64, high = in_code ? code_end : size, at = low + random64() % (high - low);
    switch (random64() % 5) {
    case 0: image[at] ^= (unsigned char)(1u << random64() % 8); break;
    case 1: image[at] = (unsigned char)random64(); break;
    case 2: image[at & ~(size_t)1] = (unsigned char)(random64() % 8); break;
    case 3: memcpy(image + (at & ~(size_t)7), image + ((low + random64() % (high - low)) & ~(size_t)7), 8); break;
    default: image[at & ~(size_t)1] = (unsigned char)(image[at & ~(size_t)1] + 1); break;
    }
  }
}

/* A valid image, and room for its mutants. */
typedef struct Original {
  unsigned char *image, *copy;
  size_t size, code_start, code_end;
} Original;

static Original original(void *image, size_t size) {
  assert_non_null(image);
  Original o = {.image = image, .copy = aligned_alloc(16, (size + 15) & ~(size_t)15), .size = size};
  OrbcModule m;
  LoadReport report;
  assert_non_null(o.copy);
  assert_true(orbc_read(image, size, &m, &report));
  o.code_start = (size_t)((const unsigned char *)m.code - o.image);
  o.code_end = o.code_start + m.code_count * sizeof *m.code;
  assert_true(run_image(image, size, 0, 1));
  return o;
}

static Original generated(uint64_t seed) {
  const GcMemory memory = {NULL, plain_alloc, plain_free};
  CodeText text;
  AsmReport report;
  void *image = NULL;
  size_t size = 0;
  ctext_init(&text, memory);
  assert_true(gen_module(seed, &text) && asm_assemble(text.bytes.rows, text.bytes.count, memory, &image, &size, &report));
  ctext_free(&text);
  return original(image, size);
}

static void forget(Original *o) {
  free(o->copy);
  free(o->image);
}

enum {
  COMPILED_EVERY = 4, /* one mutant in so many is of a compiled program */
  MODULE_EVERY = 400, /* after so many there is another generated module */
  LINK_EVERY = 8,     /* of the mutants of an original: to link all functions takes far longer than to read and run it */
  VOUCH_EVERY = 32    /* of those that were refused: the same */
};

/* The mutant of that number; 1 when it was accepted. */
static int try_mutant(const Original *o, long number) {
  memcpy(o->copy, o->image, o->size);
  mutate(o->copy, o->size, o->code_start, o->code_end);
  fix_checksum(o->copy, o->size);
  if (run_image(o->copy, o->size, 0, number % LINK_EVERY == 0)) return 1;
  if (number % VOUCH_EVERY == 0) run_image(o->copy, o->size, 1, 1);
  return 0;
}

enum { COMPILED, GENERATED, ORIGINALS };

static void mutants_are_refused_or_run_safely(void **unused) {
  (void)unused;
  size_t size;
  void *image = compile_text("build/mutants.orus", source, &size);
  Original originals[ORIGINALS] = {original(image, size), generated(0)};
  long count = getenv("ORUS_MUTANTS") ? atol(getenv("ORUS_MUTANTS")) : 20000, made[ORIGINALS] = {0}, accepted[ORIGINALS] = {0};
  for (long i = 0; i < count; i++) {
    int which = i % COMPILED_EVERY ? GENERATED : COMPILED;
    if (i % MODULE_EVERY == 0) {
      forget(&originals[GENERATED]);
      originals[GENERATED] = generated((uint64_t)(i / MODULE_EVERY));
    }
    accepted[which] += try_mutant(&originals[which], made[which]++);
  }
  for (int which = 0; which < ORIGINALS; which++) {
    print_message("%ld mutants of %s, %ld accepted\n", made[which], which == GENERATED ? "generated modules" : "a compiled program", accepted[which]);
    assert_true(accepted[which] > made[which] / 100); /* else the test proves little */
    forget(&originals[which]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(mutants_are_refused_or_run_safely)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
