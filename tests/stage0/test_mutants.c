/* The verifier is a security boundary: whatever is done to an image, it is either refused or runs without harm (this test is for the sanitizer builds).
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
#include "../host.h"
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

/* Runs the image and links what was not called; 1 when it was accepted.  `vouched`: functions that are wrong are found then. */
static int run_image(const void *image, size_t size, int vouched) {
  uint64_t clock = 0;
  VmHost host = plain_host(&clock);
  host.kernel_call = host_kernel;
  VmLimits limits = {.stack_raw = 4096, .stack_ref = 4096, .call_depth = 200, .heap_bytes = 2 << 20, .array_length = 100000, .fuel = 100000};
  Program program;
  LoadReport report;
  assert_true(program_init(&program, host.memory));
  int ok = vouched ? program_add_vouched(&program, image, size, ~(uint64_t)0, &report) : program_add(&program, image, size, ~(uint64_t)0, &report);
  const Func *entry = ok ? program_entry(&program) : NULL;
  Vm *vm = entry && entry->raw_params == 0 && entry->ref_params == 1 ? vm_new(&program, &host, &limits) : NULL;
  if (vm) {
    const OrbcModule *m = &entry->module->view;
    uint32_t type = m->items[orbc_type(m, entry->row->type)->first_item].type;
    Obj *args = type >= ORBC_FIRST_MODULE_TYPE && orbc_type(m, type)->kind == KIND_ARRAY ? vm_array(vm, entry->module->types[type - ORBC_FIRST_MODULE_TYPE], 0) : NULL;
    VmStatus status = vm_start(vm, entry, NULL, &args);
    if (status == VM_DONE) status = vm_run(vm);
    assert_true(status == VM_DONE || status == VM_ERROR || status == VM_STOPPED);
    assert_null(gc_verify(vm_heap(vm)));
    vm_free(vm);
  }
  for (uint32_t i = 0; i < program.functions_count; i++) {
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

static void mutants_are_refused_or_run_safely(void **unused) {
  (void)unused;
  size_t size;
  unsigned char *image = compile_text("build/mutants.orus", source, &size);
  assert_non_null(image);
  unsigned char *copy = aligned_alloc(16, (size + 15) & ~(size_t)15);
  OrbcModule m;
  LoadReport report;
  assert_true(orbc_read(image, size, &m, &report));
  size_t code_start = (size_t)((const unsigned char *)m.code - image), code_end = code_start + m.code_count * sizeof *m.code;
  assert_true(run_image(image, size, 0));
  long count = getenv("ORUS_MUTANTS") ? atol(getenv("ORUS_MUTANTS")) : 20000, accepted = 0;
  for (long i = 0; i < count; i++) {
    memcpy(copy, image, size);
    mutate(copy, size, code_start, code_end);
    fix_checksum(copy, size);
    if (run_image(copy, size, 0)) accepted++;
    else if (i % 32 == 0) run_image(copy, size, 1); /* linking all takes far longer than refusing it */
  }
  print_message("%ld mutants, %ld accepted\n", count, accepted);
  assert_true(accepted > count / 100); /* else the test proves little */
  free(copy);
  free(image);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(mutants_are_refused_or_run_safely)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
