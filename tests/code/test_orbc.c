/* The container: what is written is read back, the same module gives the same bytes, and no damaged image is accepted with an index that
 * points outside its table (walk_everything would trip the sanitizers). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "code/orbc.h"

enum { KIND_STRUCT = 1, KIND_ENUM = 2, KIND_VARIANT = 3, KIND_LIST = 5, KIND_FN = 6, KIND_CLOSURE = 7, KIND_TRAIT = 9 };
enum { I32 = 3, F64 = 10, BOOL = 11, STRING = 13, ERROR = 15 };

/* A module with at least one row in each section. */
static const char string_bytes[] = "mainPointxyn\xc3\xa9";
static const uint32_t string_ends[] = {0, 4, 9, 10, 11, 12, 14};
static const OrbcInfo info = {1, 1, 0};
enum { T_POINT = 32, T_FN, T_ENUM, T_LEAF, T_NODE, T_LIST, T_CLOSURE, T_TRAIT };
static const OrbcType types[] = {
    {KIND_STRUCT, 2, 0, 0, 0, 2},           {KIND_FN, 0, 0, 2, 2, 3},     {KIND_ENUM, 5, 0, 0, 5, 2},
    {KIND_VARIANT, 3, T_ENUM, 0, 7, 0},     {KIND_VARIANT, 4, T_ENUM, 1, 7, 1}, {KIND_LIST, 0, T_POINT, 0, 8, 0},
    {KIND_CLOSURE, 0, T_FN, 2, 8, 1},       {KIND_TRAIT, 1, 0, 0, 9, 1},
};
static const OrbcItem items[] = {
    {3, F64}, {4, STRING}, {0, I32}, {0, STRING}, {0, BOOL}, {0, T_LEAF}, {0, T_NODE}, {5, T_ENUM}, {5, T_POINT}, {1, T_FN},
};
static const OrbcConstant constants[] = {{I32, 0, 42}, {F64, 0, 0x3ff8000000000000u}};
static const OrbcImport imports[] = {{1, 2, T_FN, 0}};
static const OrbcFunction functions[] = {
    {1, T_FN, 0, 1, 0, 2, 2, 4, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0},
    {1, T_FN, T_CLOSURE, 1, 4, 1, 2, 0, 0, 3, 1, 1, 0, 2, 0, 1, 0, 0},
};
static const uint32_t local_types[] = {I32, F64, STRING, ERROR, I32, T_CLOSURE, STRING};
static const OrbcHandler handlers[] = {{0, 2, 2, 1}};
static const uint64_t code[] = {0, 0, 0, 0};
static const uint32_t globals_raw[] = {I32}, globals_ref[] = {T_LIST};
static const OrbcExport exports[] = {{1, 1}};
static const OrbcImpl impls[] = {{T_POINT, T_TRAIT, 0, 1}};
static const uint32_t impl_functions[] = {1};
static const OrbcLine lines[] = {{0, 1, 1, 0}, {2, 2, 5, 0}};
static const OrbcLocal locals[] = {{3, 1, 1, 0, 3, 0}};
static const uint8_t blob[] = {1, 2, 3};

#define ROWS(field, array) .field = array, .field##_count = sizeof(array) / sizeof((array)[0])
static const OrbcModule sample = {
    .info = &info, .info_count = 1, ROWS(string_ends, string_ends), .string_bytes = string_bytes,
    .string_bytes_count = sizeof string_bytes - 1, ROWS(types, types), ROWS(items, items), ROWS(constants, constants),
    ROWS(imports, imports), ROWS(functions, functions), ROWS(local_types, local_types), ROWS(handlers, handlers), ROWS(code, code),
    ROWS(globals_raw, globals_raw), ROWS(globals_ref, globals_ref), ROWS(exports, exports), ROWS(impls, impls),
    ROWS(impl_functions, impl_functions), ROWS(lines, lines), ROWS(locals, locals), ROWS(interface_bytes, blob), ROWS(template_bytes, blob),
};

static char *image_of(const OrbcModule *m, size_t *size) {
  *size = orbc_size(m);
  char *image = malloc(*size); /* exactly as large, so that a sanitizer sees any step outside */
  assert_non_null(image);
  orbc_write(m, image);
  return image;
}

static void seal(char *image, size_t size) {
  OrbcHeader h;
  memcpy(&h, image, sizeof h);
  h.checksum = orbc_checksum(image + sizeof h, size - sizeof h);
  memcpy(image, &h, sizeof h);
}

static LoadError read_error(const char *image, size_t size) {
  OrbcModule m;
  LoadReport report;
  int ok = orbc_read(image, size, &m, &report);
  assert_int_equal(ok, report.error == LOAD_OK);
  assert_non_null(report.detail);
  return report.error;
}

static void every_section_survives_a_round_trip(void **state) {
  (void)state;
  size_t size, again_size;
  char *image = image_of(&sample, &size);
  OrbcModule m;
  LoadReport report;
  if (!orbc_read(image, size, &m, &report)) fail_msg("%s row %u: %s", orbc_section_name(report.section), report.row, report.detail);
#define SECTION(name, field, row, bytes, meaning)        \
  assert_int_equal(m.field##_count, sample.field##_count); \
  assert_true(m.field##_count > 0);                        \
  assert_memory_equal(m.field, sample.field, m.field##_count * bytes);
#include "sections.def"
  char *again = image_of(&m, &again_size);
  assert_int_equal(size, again_size);
  assert_memory_equal(image, again, size);
  uint32_t length;
  const char *s = orbc_string(&m, 2, &length);
  assert_int_equal(length, 5);
  assert_memory_equal(s, "Point", 5);
  free(image);
  free(again);
}

static void every_prefix_is_refused(void **state) {
  (void)state;
  size_t size;
  char *image = image_of(&sample, &size);
  for (size_t n = 0; n < size; n++) {
    char *cut = malloc(n ? n : 1);
    memcpy(cut, image, n);
    LoadError e = read_error(cut, n);
    assert_true(e == (n < 4 ? LOAD_NOT_ORBC : LOAD_TRUNCATED));
    free(cut);
  }
  free(image);
}

static void damage_is_noticed(void **state) {
  (void)state;
  size_t size;
  char *image = image_of(&sample, &size);
  for (size_t i = 0; i < size; i++) {
    image[i] ^= 0x10;
    assert_int_not_equal(read_error(image, size), LOAD_OK);
    image[i] ^= 0x10;
  }
  image[4]++; /* major version */
  assert_int_equal(read_error(image, size), LOAD_VERSION);
  image[4]--;
  image[size - 1] ^= 1;
  assert_int_equal(read_error(image, size), LOAD_CHECKSUM);
  free(image);
}

/* Follows every index of an accepted module. */
static uint64_t walk_everything(const OrbcModule *m) {
  uint64_t sum = 0;
  uint32_t length;
  for (uint32_t i = 0; i < m->string_ends_count; i++) {
    const char *s = orbc_string(m, i, &length);
    for (uint32_t k = 0; k < length; k++) sum += (unsigned char)s[k];
  }
  for (uint32_t i = 0; i < m->types_count; i++)
    for (uint32_t k = 0; k < m->types[i].items; k++) {
      const OrbcItem *item = &m->items[m->types[i].first_item + k];
      sum += (unsigned char)*orbc_string(m, item->name, &length);
      if (item->type >= ORBC_FIRST_MODULE_TYPE) sum += orbc_type(m, item->type)->kind;
    }
  for (uint32_t i = 0; i < m->functions_count; i++) {
    const OrbcFunction *f = &m->functions[i];
    sum += orbc_type(m, f->type)->items;
    for (uint32_t k = 0; k < f->raw_locals + f->ref_locals; k++) sum += m->local_types[f->first_local + k];
    for (uint32_t k = 0; k < f->code; k++) sum += m->code[f->first_code + k];
    for (uint32_t k = 0; k < f->handlers; k++) sum += m->handlers[f->first_handler + k].target;
    for (uint32_t k = 0; k < f->lines; k++) sum += m->lines[f->first_line + k].line;
    for (uint32_t k = 0; k < f->local_names; k++) sum += m->locals[f->first_local_name + k].reg;
  }
  for (uint32_t i = 0; i < m->impls_count; i++)
    for (uint32_t k = 0; k < m->impls[i].functions; k++) sum += m->impl_functions[m->impls[i].first_function + k];
  return sum;
}

static uint64_t next_random(uint64_t *s) { /* xorshift64 (Marsaglia 2003) */
  *s ^= *s << 13;
  *s ^= *s >> 7;
  *s ^= *s << 17;
  return *s;
}

static void mutated_images_are_refused_or_consistent(void **state) {
  (void)state;
  size_t size;
  char *image = image_of(&sample, &size), *copy = malloc(size);
  static const uint32_t edges[] = {0, 1, 2, 31, 32, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
  uint64_t seed = 0x9e3779b97f4a7c15u, accepted = 0, sum = 0;
  for (int round = 0; round < 100000; round++) {
    memcpy(copy, image, size);
    for (uint64_t edits = 1 + next_random(&seed) % 3; edits; edits--) {
      size_t at = sizeof(OrbcHeader) + (size_t)(next_random(&seed) % (size - sizeof(OrbcHeader)));
      uint64_t how = next_random(&seed);
      if (how % 3 == 0) {
        uint32_t word = edges[how / 3 % (sizeof edges / sizeof edges[0])];
        memcpy(copy + (at & ~(size_t)3), &word, 4);
      } else if (how % 3 == 1) {
        copy[at] = (char)(how >> 8);
      } else {
        copy[at] = (char)(copy[at] + 1);
      }
    }
    seal(copy, size);
    OrbcModule m;
    LoadReport report;
    if (orbc_read(copy, size, &m, &report)) {
      accepted++;
      sum += walk_everything(&m);
    }
  }
  assert_true(accepted > 100); /* otherwise the mutations prove little */
  assert_true(accepted < 100000);
  assert_true(sum > 0);
  free(image);
  free(copy);
}

/* Each row: a change to the sample that must be refused, and how. */
static LoadError error_with(OrbcModule m) {
  size_t size;
  char *image = image_of(&m, &size);
  LoadError e = read_error(image, size);
  free(image);
  return e;
}

static LoadError error_with_type(uint32_t row, OrbcType type) {
  OrbcType changed[sizeof types / sizeof types[0]];
  memcpy(changed, types, sizeof types);
  changed[row] = type;
  OrbcModule m = sample;
  m.types = changed;
  return error_with(m);
}

static LoadError error_with_function(uint32_t row, size_t field, uint32_t value) {
  OrbcFunction changed[2];
  memcpy(changed, functions, sizeof functions);
  memcpy((char *)&changed[row] + field, &value, sizeof value);
  OrbcModule m = sample;
  m.functions = changed;
  return error_with(m);
}

static void types_that_lie_are_refused(void **state) {
  (void)state;
  assert_int_equal(error_with_type(5, (OrbcType){KIND_LIST, 0, T_LIST, 0, 8, 0}), LOAD_BAD_TYPE); /* a list of itself */
  assert_int_equal(error_with_type(5, (OrbcType){KIND_LIST, 0, 99, 0, 8, 0}), LOAD_BAD_INDEX);
  assert_int_equal(error_with_type(5, (OrbcType){77, 0, 0, 0, 8, 0}), LOAD_BAD_TYPE);
  assert_int_equal(error_with_type(3, (OrbcType){KIND_VARIANT, 3, T_ENUM, 1, 7, 0}), LOAD_BAD_TYPE); /* not where the enum says */
  assert_int_equal(error_with_type(6, (OrbcType){KIND_CLOSURE, 0, T_FN, 1, 8, 1}), LOAD_BAD_TYPE);   /* body of no closure */
  assert_int_equal(error_with_type(6, (OrbcType){KIND_CLOSURE, 0, T_FN, 0, 8, 1}), LOAD_BAD_INDEX);  /* body imported */
  assert_int_equal(error_with_type(1, (OrbcType){KIND_FN, 0, 0, 4, 2, 3}), LOAD_LIMIT);
}

static void functions_that_lie_are_refused(void **state) {
  (void)state;
  assert_int_equal(error_with_function(0, offsetof(OrbcFunction, code), 0xffffffff), LOAD_BAD_INDEX);
  assert_int_equal(error_with_function(0, offsetof(OrbcFunction, raw_temps), 0xffffffff), LOAD_LIMIT);
  assert_int_equal(error_with_function(0, offsetof(OrbcFunction, type), T_POINT), LOAD_BAD_TYPE);
  assert_int_equal(error_with_function(0, offsetof(OrbcFunction, raw_locals), 0), LOAD_BAD_TYPE);
  assert_int_equal(error_with_function(1, offsetof(OrbcFunction, first_code), 0), LOAD_MALFORMED);
  assert_int_equal(error_with_function(1, offsetof(OrbcFunction, closure), 0), LOAD_BAD_TYPE);
}

/* It takes the closure besides the parameters of its type: who calls it by that type alone makes the machine read a reference that is none. */
static void bodies_of_closures_stay_inside(void **state) {
  (void)state;
  static const OrbcInfo body_info = {1, 2, 0};
  static const OrbcExport body_exports[] = {{1, 1}, {1, 2}};
  OrbcModule m = sample;
  m.info = &body_info;
  assert_int_equal(error_with(m), LOAD_BAD_TYPE);
  m = sample;
  m.exports = body_exports;
  m.exports_count = 2;
  assert_int_equal(error_with(m), LOAD_BAD_TYPE);
  m.exports_count = 1;
  assert_int_equal(error_with(m), LOAD_OK);
}

static void constants_are_canonical(void **state) {
  (void)state;
  static const OrbcConstant bad[] = {{I32, 0, 0x80000000u},       {1, 0, 128},  {5, 0, 256}, {BOOL, 0, 2}, {12, 0, 0xd800}, {STRING, 0, 0},
                                     {9, 0, 0x3ff0000000000001u}, {I32, 1, 0}};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    OrbcModule m = sample;
    m.constants = &bad[i];
    m.constants_count = 1;
    assert_int_equal(error_with(m), LOAD_BAD_TYPE);
  }
}

static void strings_are_utf8(void **state) {
  (void)state;
  static const char *const bad[] = {"\x80", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xff"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    char bytes[sizeof string_bytes + 4];
    uint32_t n = (uint32_t)strlen(bad[i]), ends[7];
    memcpy(bytes, string_bytes, 12);
    memcpy(bytes + 12, bad[i], n);
    memcpy(ends, string_ends, sizeof ends);
    ends[6] = 12 + n;
    OrbcModule m = sample;
    m.string_bytes = bytes;
    m.string_bytes_count = 12 + n;
    m.string_ends = ends;
    assert_int_equal(error_with(m), LOAD_MALFORMED);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_section_survives_a_round_trip), cmocka_unit_test(every_prefix_is_refused),
      cmocka_unit_test(damage_is_noticed),                   cmocka_unit_test(mutated_images_are_refused_or_consistent),
      cmocka_unit_test(types_that_lie_are_refused),          cmocka_unit_test(functions_that_lie_are_refused),
      cmocka_unit_test(bodies_of_closures_stay_inside),
      cmocka_unit_test(constants_are_canonical),             cmocka_unit_test(strings_are_utf8),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
