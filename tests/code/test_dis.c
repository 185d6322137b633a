/* Text of a module assembles to the very same image: whatever the reader accepts, odd names, doubled strings and types, words that are no instructions;
 * and memory may run out at any allocation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#undef fail
#include "../memory.h"
#include "code/asm.h"
#include "code/dis.h"

/* Names that need quotes, are reserved, doubled or empty; constants that are equal or have no short decimal; strings that nothing uses; types of one
 * shape; code that the verifier refuses. */
static const char odd[] =
    "module \"a \\\"module\\\"\\n\\x7f\\u{1f600}\"\n"
    "grants 0xffffffffffffffff\n"
    "type i32 = struct { \"\": i64, a: i32, a: \"i32\", \"x y\": #32, $3: bool }\n"
    "type list = list[\"i32\"]\n"
    "type \"\" = fn(i32, x: \"list\") -> (f64, \"i32\")\n"
    "type \"\" = fn(i32, \"list\") -> (f64, #32)\n"
    "type again = trait { m: #34, n: #35 }\n"
    "type again = weak[again2]\n"
    "type again2 = enum { First: again2.First, \"fn\": Second }\n"
    "type again2.First = variant 0 of again2 {}\n"
    "type Second = variant 1 of again2 { message: Error, bytes: array[u8], longs: array[i64], any: any }\n"
    "type Closure = closure body: #34 { a: i32 }\n"
    "import f from \"\": #35\n"
    "import f from $3(i8) -> u8\n"
    "global a: f32\n"
    "global b: \"list\"\n"
    "export f = #0\n"
    "export body = f2\n"
    "export f2\n"
    "impl #36 for \"i32\" { #0, f2 }\n"
    "fn body: #34 of Closure {\n"
    "  local r1: char\n  local p2: any\n  local p3: Error\n  temps 3, 2\n"
    "  name \"\" r4 #0 to #11\n  name $3 p3 a to b\n"
    "  handler a to b at a, p3\n  handler #0 to #1 at b, p2\n"
    "a: line 0:0\n  word 0xffffffffffffffff\n  getf r0, p1, #1\n  getf r2, p1, \"\" of #32\n"
    "  ldk r0, #0\n  ldk r0, #99\n  ldk r0, f64 0x1.fffffffffffffp+1023\n  getg r9, #77\n"
    "b: lds p0, $77\n  lds p0, \"x y\"\n  jmp end\n  line 4294967295:7\n  jmp b\nend:\n"
    "}\n"
    "fn f2(\"i32\", any) {\n  call_kernel r0, p0, #999\n  call_kernel r0, p0, fs_close\n  service r0, r0, gc_stat\n  call r0, p0, #7\n  ret\n}\n"
    "strings { \"unused\" \"twice\" \"twice\" \"\" }\n"
    "constants { i32 1, i32 1, f64 -0.0, f64 nan, f64 nan:0xfff8000000000001, f64 inf, f32 -inf, f64 0.1, f64 0x0.0000000000001p-1022,\n"
    "  f32 0x1.fffffep+127, f64 1e22, u64 18446744073709551615, i64 -9223372036854775808, char 0x10ffff, char 32, char '\\', char 'a', bool true }\n"
    "interface \"0001\"\ninterface \"ff\"\ntemplates \"80\"\n";

static uint64_t state = 88172645463325252ull;
static uint64_t random64(void) { /* xorshift64, Marsaglia 2003 */
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

static void *assemble(const char *text, size_t n, size_t *size) {
  CountedMemory w = {0};
  GcMemory memory = counted_memory(&w);
  AsmReport r;
  void *image;
  if (!asm_assemble(text, n, memory, &image, size, &r)) print_error("%u:%u: %s %s at '%s'\n", r.line, r.column, r.message, r.detail, r.token);
  return image;
}

/* The text of `image` makes the same image again. */
static void round_trip(const void *image, size_t size) {
  CountedMemory w = {0};
  GcMemory memory = counted_memory(&w);
  OrbcModule m;
  LoadReport why;
  CodeText text;
  size_t again_size;
  assert_true(orbc_read(image, size, &m, &why));
  ctext_init(&text, memory);
  assert_true(dis_module(&m, memory, &text));
  void *again = assemble(text.bytes.rows, text.bytes.count, &again_size);
  if (!again || again_size != size || memcmp(again, image, size)) print_error("%.*s\n", (int)text.bytes.count, (const char *)text.bytes.rows);
  assert_non_null(again);
  assert_int_equal(again_size, size);
  assert_memory_equal(again, image, size);
  free(again);
  ctext_free(&text);
  assert_int_equal(w.outstanding, 0);
}

static void an_odd_module_keeps_every_byte(void **unused) {
  (void)unused;
  size_t size;
  void *image = assemble(odd, sizeof odd - 1, &size);
  assert_non_null(image);
  OrbcModule m;
  LoadReport why;
  assert_true(orbc_read(image, size, &m, &why));
  assert_int_equal(m.constants_count, 19);
  assert_int_equal(m.types_count, 12);
  round_trip(image, size);
  free(image);
}

static void an_empty_module_keeps_every_byte(void **unused) {
  (void)unused;
  size_t size;
  void *image = assemble("", 0, &size);
  assert_non_null(image);
  round_trip(image, size);
  free(image);
}

/* Random bytes changed anywhere: what the reader still accepts keeps every byte. */
static void whatever_the_reader_accepts_keeps_every_byte(void **unused) {
  (void)unused;
  size_t size;
  char *image = assemble(odd, sizeof odd - 1, &size);
  assert_non_null(image);
  char *copy = aligned_alloc(64, (size + 63) & ~(size_t)63);
  assert_non_null(copy);
  int accepted = 0;
  for (int i = 0; i < 20000; i++) {
    OrbcModule m;
    LoadReport why;
    memcpy(copy, image, size);
    for (unsigned n = 1 + random64() % 3; n; n--) copy[32 + random64() % (size - 32)] = (char)(random64() % 3 ? random64() % 64 : random64());
    OrbcHeader *h = (OrbcHeader *)(void *)copy;
    h->checksum = orbc_checksum(copy + sizeof *h, size - sizeof *h);
    if (!orbc_read(copy, size, &m, &why)) continue;
    accepted++;
    round_trip(copy, size);
  }
  assert_true(accepted > 1000);
  free(copy);
  free(image);
}

static void memory_may_run_out_anywhere(void **unused) {
  (void)unused;
  size_t size;
  void *image = assemble(odd, sizeof odd - 1, &size);
  OrbcModule m;
  LoadReport why;
  assert_non_null(image);
  assert_true(orbc_read(image, size, &m, &why));
  for (size_t fail_at = 1;; fail_at++) {
    CountedMemory w = {.fail_at = fail_at};
    GcMemory memory = counted_memory(&w);
    CodeText text;
    ctext_init(&text, memory);
    int ok = dis_module(&m, memory, &text);
    ctext_free(&text);
    assert_int_equal(w.outstanding, 0);
    if (!ok) continue;
    assert_true(fail_at > 20); /* it did allocate */
    break;
  }
  free(image);
}

/* A field is named by the type that the verifier finds for the object, a label by its place. */
static void text_is_for_people(void **unused) {
  (void)unused;
  static const char source[] = "type P = struct { x: i32 }\nfn f(P) -> i32 {\n jmp out\nout: getf r0, p0, #0\n retr r0\n}\n";
  static const char wanted[] = "fn f(P) -> i32 {\n  temps 1, 0\n  jmp L1\nL1:\n  getf r0, p0, x of P\n  retr r0\n}\n";
  size_t size;
  CountedMemory w = {0};
  GcMemory memory = counted_memory(&w);
  OrbcModule m;
  LoadReport why;
  CodeText text;
  void *image = assemble(source, sizeof source - 1, &size);
  assert_non_null(image);
  assert_true(orbc_read(image, size, &m, &why));
  ctext_init(&text, memory);
  assert_true(dis_module(&m, memory, &text));
  ctext_add(&text, "", 1);
  assert_non_null(strstr(text.bytes.rows, wanted));
  ctext_free(&text);
  free(image);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_odd_module_keeps_every_byte), cmocka_unit_test(an_empty_module_keeps_every_byte),
      cmocka_unit_test(whatever_the_reader_accepts_keeps_every_byte),
      cmocka_unit_test(memory_may_run_out_anywhere), cmocka_unit_test(text_is_for_people),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
