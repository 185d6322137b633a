/* Functions that are packed (code/packed.h) are the same again when they are unpacked, all or one; and damaged bytes are read without harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../assembled.h"
#include "code/packed.h"

/* Large and negative operands, handlers, places that go back and forth, names; the same instruction many times. */
static const char text[] =
    "module packed\n"
    "type Pair = struct { a: i64, b: f64 }\n"
    "global total: i64\n"
    "fn count(a: i32, b: i64) -> i32 {\n"
    "  local r2: bool\n  local p0: Error\n  local p1: Pair\n  temps 300, 3\n"
    "  name a r0 #0 to #9\n  name failed p0 caught to end\n"
    "  handler start to caught at caught, p0\n"
    "start: line 70000:3\n  ldi r3, -32768, i32\n  ldi r302, 200, i32\n line 7:300\n  add_i32 r3, r3, r302\n  ldk r4, i64 0x123456789abcdef\n"
    "  lds p2, \"text\"\n  getg r4, total\n  line 8:1\n  new p1, Pair\n  setf p1, r4, a of Pair\n"
    "  ldi r3, 1, i32\n  ldi r3, 1, i32\n  ldi r3, 1, i32\n  jf r2, start\n"
    "caught: line 6:2\n  ldi r3, 1, i32\nend:\n  retr r3\n"
    "}\n"
    "fn nothing() {\n  ret\n}\n";

typedef struct World {
  void *image;
  size_t size;
  OrbcModule m;
  CodeVec words;
} World;

static World open_world(void) {
  World w;
  LoadReport report;
  w.image = assembled(text, &w.size);
  if (!orbc_read(w.image, w.size, &w.m, &report)) fail_msg("%s", report.detail);
  vec_init(&w.words, plain_memory(), sizeof(uint64_t));
  assert_true(packed_put(&w.m, &w.words));
  return w;
}

static void close_world(World *w) {
  vec_free(&w->words);
  free(w->image);
}

static void the_image_is_the_same(void **unused) {
  (void)unused;
  World w = open_world();
  void *again;
  size_t size;
  assert_int_equal(packed_image(w.words.rows, w.image, plain_memory(), &again, &size), 1);
  assert_int_equal(size, w.size);
  assert_memory_equal(again, w.image, size);
  free(again);
  close_world(&w);
}

static void each_function_is_the_same(void **unused) {
  (void)unused;
  World w = open_world();
  const Packed *p = w.words.rows;
  assert_int_equal(p->functions, w.m.functions_count);
  for (uint32_t i = 0; i < p->functions; i++) {
    OrbcBody was = orbc_body(&w.m, i), body;
    OrbcFunction row;
    assert_true(packed_row(p, i, &row));
    void *room = malloc(packed_room(&row));
    assert_true(packed_body(p, i, room, &body));
    assert_memory_equal(&row, body.row, sizeof row);
    row.first_code = was.row->first_code, row.first_local = was.row->first_local, row.first_handler = was.row->first_handler;
    row.first_line = was.row->first_line, row.first_local_name = was.row->first_local_name;
    assert_memory_equal(&row, was.row, sizeof row);
    assert_memory_equal(body.code, was.code, row.code * sizeof *body.code);
    assert_memory_equal(body.handlers, was.handlers, row.handlers * sizeof *body.handlers);
    assert_memory_equal(body.local_types, was.local_types, (row.raw_locals + row.ref_locals) * sizeof *body.local_types);
    assert_int_equal(packed_signature(p, i).type, row.type);
    assert_int_equal(packed_signature(p, i).code, row.code);
    free(room);
  }
  close_world(&w);
}

static void places_are_found(void **unused) {
  (void)unused;
  World w = open_world();
  uint32_t line, column;
  packed_position(w.words.rows, 0, 1, &line, &column);
  assert_int_equal(line, 70000);
  assert_int_equal(column, 3);
  packed_position(w.words.rows, 0, 5, &line, &column);
  assert_int_equal(line, 7);
  assert_int_equal(column, 300);
  packed_position(w.words.rows, 0, 1000, &line, &column);
  assert_int_equal(line, 6);
  packed_position(w.words.rows, 1, 0, &line, &column);
  assert_int_equal(line, 0);
  close_world(&w);
}

/* Reads all that there is; how many functions could be read. */
static uint32_t read_all(const Packed *p) {
  uint32_t good = 0, line, column;
  for (uint32_t i = 0; i < p->functions; i++) {
    OrbcFunction row;
    OrbcBody body;
    packed_position(p, i, 3, &line, &column);
    packed_signature(p, i);
    int is_row = packed_row(p, i, &row);
    void *room = malloc(packed_room(&row) + 8);
    assert_non_null(room);
    good += (uint32_t)(packed_body(p, i, room, &body) && is_row);
    free(room);
  }
  return good;
}

static void damage_does_no_harm(void **unused) {
  (void)unused;
  World w = open_world();
  uint8_t *bytes = (uint8_t *)(((Packed *)w.words.rows)->starts), *end = (uint8_t *)((uint64_t *)w.words.rows + w.words.count);
  uint32_t refused = 0;
  for (; bytes < end; bytes++)
    for (unsigned bit = 0; bit < 8; bit++) {
      void *image;
      size_t size;
      *bytes ^= (uint8_t)(1 << bit);
      refused += read_all(w.words.rows) < w.m.functions_count;
      if (packed_image(w.words.rows, w.image, plain_memory(), &image, &size) > 0) free(image); /* what was damaged was padding */
      *bytes ^= (uint8_t)(1 << bit);
    }
  assert_true(refused > 0);
  close_world(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_image_is_the_same),
      cmocka_unit_test(each_function_is_the_same),
      cmocka_unit_test(places_are_found),
      cmocka_unit_test(damage_does_no_harm),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
