/* The tables in spec/ hold what their headers promise: numbers are unique and dense, names are unique, operand formats fit.
 * These properties are what frozen numbering and the generated readers rest on. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

typedef struct OpRow {
  const char *name, *a, *b, *c, *flags;
  int cost;
  const char *meaning;
} OpRow;

static const OpRow ops[] = {
#define OP(name, a, b, c, flags, cost, meaning) {#name, #a, #b, #c, #flags, cost, meaning},
#include "opcodes.def"
#undef OP
};
enum { OP_COUNT = sizeof ops / sizeof ops[0] };

typedef struct NumberedRow {
  const char *name;
  int number;
} NumberedRow;

static const NumberedRow kernel_errors[] = {
#define KERNEL_ERROR(name, number, meaning) {#name, number},
#include "errors.def"
#undef KERNEL_ERROR
};
static const NumberedRow error_kinds[] = {
#define ERROR_KIND(name, number, spelling, catchable, class_, message) {#name, number},
#include "errors.def"
#undef ERROR_KIND
};
static const NumberedRow load_errors[] = {
#define LOAD_ERROR(name, number, message) {#name, number},
#include "errors.def"
#undef LOAD_ERROR
};
static const NumberedRow builtin_types[] = {
#define RAW_TYPE(name, number, spelling, size, classes, meaning) {#name, number},
#define REF_TYPE(name, number, spelling, meaning) {#name, number},
#include "objects.def"
#undef RAW_TYPE
#undef REF_TYPE
};
static const NumberedRow type_kinds[] = {
#define TYPE_KIND(name, number, keyword, meaning) {#name, number},
#include "objects.def"
#undef TYPE_KIND
};
static const NumberedRow services[] = {
#define SERVICE(name, number, meaning) {#name, number},
#include "objects.def"
#undef SERVICE
};

static void check_dense(const NumberedRow *rows, size_t count, int first) {
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(rows[i].number, first + (int)i);
    for (size_t j = 0; j < i; j++) assert_string_not_equal(rows[i].name, rows[j].name);
  }
}
#define CHECK_DENSE(table, first) check_dense(table, sizeof(table) / sizeof((table)[0]), first)

static void numbers_are_dense_and_names_unique(void **state) {
  (void)state;
  CHECK_DENSE(kernel_errors, 0);
  CHECK_DENSE(error_kinds, 1);
  CHECK_DENSE(load_errors, 0);
  CHECK_DENSE(builtin_types, 1);
  CHECK_DENSE(type_kinds, 1);
  CHECK_DENSE(services, 0);
}

static int is_one_of(const char *word, const char *list) {
  size_t n = strlen(word);
  for (const char *at = strstr(list, word); at; at = strstr(at + 1, word))
    if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0')) return 1;
  return 0;
}

static void opcode_rows_use_known_formats(void **state) {
  (void)state;
  const char *narrow =
      "NONE WR_I32 WR_I64 WR_U32 WR_U64 WR_U8 WR_F64 WR_F32 WR_BOOL WR_K WR_LIKE WR RR_I32 RR_U32 RR_BOOL RR_S RR_U RR_X RR_F "
      "RR_LIKE RR WP RP WP_STR WP_BYTES WP_HANDLE RP_STR RP_BYTES RP_ERR RP_HANDLE IMM16 KIND TYPE FUNC FIELD METHOD KCALL WHAT "
      "WIN_R WIN_P";
  const char *wide = "IMM32 JUMP CONSTR CONSTS GLOBALR GLOBALP COUNT";
  for (int i = 0; i < OP_COUNT; i++) {
    assert_true(is_one_of(ops[i].a, narrow));
    if (is_one_of(ops[i].b, wide)) {
      assert_string_equal(ops[i].c, "CONT");
    } else {
      assert_true(is_one_of(ops[i].b, narrow));
      assert_true(is_one_of(ops[i].c, narrow));
    }
  }
}

static void opcode_rows_are_complete(void **state) {
  (void)state;
  assert_in_range(OP_COUNT, 1, 65535);
  for (int i = 0; i < OP_COUNT; i++) {
    assert_true(ops[i].cost >= 1);
    assert_true(strlen(ops[i].meaning) > 0);
    for (int j = 0; j < i; j++) assert_string_not_equal(ops[i].name, ops[j].name);
  }
}

/* A result whose type depends on the KIND operand needs that operand. */
static void kind_results_have_a_kind_operand(void **state) {
  (void)state;
  for (int i = 0; i < OP_COUNT; i++)
    if (strcmp(ops[i].a, "WR_K") == 0) assert_string_equal(ops[i].c, "KIND");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_dense_and_names_unique),
      cmocka_unit_test(opcode_rows_use_known_formats),
      cmocka_unit_test(opcode_rows_are_complete),
      cmocka_unit_test(kind_results_have_a_kind_operand),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
