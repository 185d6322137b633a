/* The verifier: honest code passes, and each kind of lie is refused with its own error. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "code/opcode.h"
#include "code/verify.h"

/* The world of the tests: a few types, a callee (function 1) and the function under test (function 0), i32 fn(i32 a, string s). Its locals: r0 i32, r1 f64,
 * r2 bool; p0 string, p1 Error, p2 Point?, p3 Tree. Temporaries: r3-r6, p4-p7. */
enum { T_POINT = 32, T_FN, T_TREE, T_LEAF, T_NODE, T_LIST, T_BOX, T_CELLS, T_VOID_FN };
enum { R0, R1, R2, TR0, TR1, TR2, TR3 };
enum { P0, P1, P2, P3, TP0, TP1, TP2, TP3 };

static const uint32_t string_ends[] = {0};
static const OrbcInfo info = {0, 0, 0};
static const OrbcType types[] = {
    {KIND_STRUCT, 0, 0, 0, 0, 2},      {KIND_FN, 0, 0, 2, 2, 3},        {KIND_ENUM, 0, 0, 0, 5, 2},
    {KIND_VARIANT, 0, T_TREE, 0, 7, 0}, {KIND_VARIANT, 0, T_TREE, 1, 7, 1}, {KIND_LIST, 0, T_POINT, 0, 8, 0},
    {KIND_BOX, 0, TYPE_F64, 0, 8, 0},  {KIND_ARRAY, 0, T_POINT, 0, 8, 0}, {KIND_FN, 0, 0, 0, 8, 0},
};
static const OrbcItem items[] = {{0, TYPE_F64}, {0, TYPE_STRING}, {0, TYPE_I32}, {0, TYPE_STRING}, {0, TYPE_I32},
                                 {0, T_LEAF},   {0, T_NODE},      {0, T_POINT}};
static const OrbcConstant constants[] = {{TYPE_F64, 0, 0x3ff0000000000000u}};
static const uint32_t local_types[] = {TYPE_I32, TYPE_F64, TYPE_BOOL, TYPE_STRING, TYPE_ERROR, T_POINT, T_TREE, TYPE_I32, TYPE_STRING};
static const uint32_t globals_raw[] = {TYPE_I32}, globals_ref[] = {T_LIST};

static LoadReport last;
static uint32_t notes[64];

static LoadError verdict_with(uint64_t grants, const uint64_t *body, uint32_t n) {
  uint64_t code[64];
  assert_true(n + 1 <= 64);
  memcpy(code, body, n * sizeof *body);
  code[n] = insn_make(OP_RETR, 0, 0, 0);
  OrbcHandler handler = {0, 1, 0, P1};
  OrbcFunction functions[] = {
      {0, T_FN, 0, 0, 0, 3, 4, 4, 4, 0, n, 0, 1, 0, 0, 0, 0, 0},
      {0, T_FN, 0, 0, 7, 1, 1, 0, 0, n, 1, 1, 0, 0, 0, 0, 0, 0},
  };
#define ROWS(field, array) .field = array, .field##_count = sizeof(array) / sizeof((array)[0])
  OrbcModule m = {.info = &info, .info_count = 1, ROWS(string_ends, string_ends), ROWS(types, types), ROWS(items, items),
                  ROWS(constants, constants), ROWS(functions, functions), ROWS(local_types, local_types), .handlers = &handler, .handlers_count = 1,
                  .code = code, .code_count = n + 1, ROWS(globals_raw, globals_raw), ROWS(globals_ref, globals_ref)};
  size_t size = orbc_size(&m);
  void *image = malloc(size);
  orbc_write(&m, image);
  OrbcModule read;
  if (!orbc_read(image, size, &read, &last)) fail_msg("reader: %s row %u: %s", orbc_section_name(last.section), last.row, last.detail);
  void *scratch = malloc(verify_scratch_size(&read));
  int ok = verify_module(&read, grants, scratch, notes, &last);
  assert_int_equal(ok, last.error == LOAD_OK);
  free(scratch);
  free(image);
  return last.error;
}

#define I(op, a, b, c) insn_make(OP_##op, (a) & 0xffff, (b) & 0xffff, (c) & 0xffff)
#define W(op, a, wide) insn_make_wide(OP_##op, a, (uint32_t)(wide))
#define BODY(...) (const uint64_t[]){__VA_ARGS__}, sizeof((const uint64_t[]){__VA_ARGS__}) / 8
#define ACCEPT(...) do { LoadError e_ = verdict_with(0, BODY(__VA_ARGS__)); \
    if (e_) fail_msg("line %d: refused at %u: %s (%s)", __LINE__, last.row, load_error_message(e_), last.detail); } while (0)
#define REFUSE(error, ...) do { LoadError e_ = verdict_with(0, BODY(__VA_ARGS__)); \
    if (e_ != LOAD_##error) fail_msg("line %d: %s (%s)", __LINE__, load_error_message(e_), last.detail); } while (0)
#define DONE I(RETR, R0, 0, 0)

static void honest_code_passes(void **state) {
  (void)state;
  ACCEPT(DONE);
  ACCEPT(I(ADD_I32, TR0, R0, R0), I(ADDI_I32, R0, TR0, -5), DONE);
  ACCEPT(I(LT_S, TR0, R0, R0), W(JF, TR0, 1), I(MOV, R0, R0, 0), DONE);
  ACCEPT(I(LDI, TR0, 7, TYPE_U8), I(ADD_I64, TR1, TR0, R0), I(CHK, R0, TR1, TYPE_I32), DONE);
  ACCEPT(W(LDK, R1, 0), I(FMA_F64, R1, R1, R1), I(F2I, R0, R1, TYPE_I32), DONE);
  ACCEPT(I(NEW, P2, 0, T_POINT), I(SETF, P2, R1, 0), I(SETFP, P2, P0, 1), I(GETFP, P0, P2, 1), DONE);
  ACCEPT(I(NEW, TP0, 0, T_NODE), I(SETFP, TP0, P2, 0), I(MOVP, P3, TP0, 0), I(TAG, R0, P3, 0), I(AS_VARIANT, TP1, P3, T_NODE), DONE);
  ACCEPT(I(MOV, TR0, R0, 0), I(MOVP, TP0, P0, 0), I(CALL, TR0, TP0, 1), I(RETR, TR0, 0, 0));
  ACCEPT(W(SWITCH, R0, 2), W(JMP, 0, 1), W(JMP, 0, 0), DONE);
  ACCEPT(W(GETGP, TP0, 0), I(LPUSHP, TR0, TP0, P2), I(LDATA, TP1, TP0, T_CELLS), I(LSET_DATA, TP0, TP1, R0), DONE);
  ACCEPT(I(BOX, TP0, R1, T_BOX), I(UNBOX, R1, TP0, 0), DONE);
  ACCEPT(I(GETFP, TP0, P1, 0), I(GETF, R0, P1, 4), I(THROW, P1, 0, 0));
}

static void operands_of_other_types_are_refused(void **state) {
  (void)state;
  REFUSE(BAD_TYPE, I(ADD_I32, R0, R0, R1), DONE);
  REFUSE(BAD_TYPE, I(ADD_I64, R0, R0, R0), DONE); /* i64 into an i32 local */
  REFUSE(BAD_TYPE, I(AND, TR0, R0, R2), DONE);
  REFUSE(BAD_TYPE, I(LDI, TR0, 300, TYPE_U8), DONE);
  REFUSE(BAD_TYPE, I(CAST, TR0, R0, TYPE_BOOL), DONE);
  REFUSE(BAD_TYPE, I(MOVP, P0, P1, 0), DONE);
  REFUSE(BAD_TYPE, I(SETF, P2, R0, 0), DONE);
  REFUSE(BAD_TYPE, I(GETF, TR0, P2, 1), DONE);  /* a reference as raw: the classic forgery */
  REFUSE(BAD_TYPE, I(GETFP, TP0, P2, 0), DONE); /* and a raw value as a reference */
  REFUSE(BAD_TYPE, I(GETF, TR0, P2, 2), DONE);
  REFUSE(BAD_TYPE, I(MOVP, P2, P3, 0), DONE);
  REFUSE(BAD_TYPE, I(AS_VARIANT, TP0, P2, T_NODE), DONE);
  REFUSE(BAD_TYPE, I(NEW, TP0, 0, T_TREE), DONE);
  REFUSE(BAD_TYPE, I(SBYTE, TR0, P1, R0), DONE);
  REFUSE(BAD_TYPE, I(LDATA, TP1, P0, T_CELLS), DONE);
  REFUSE(BAD_TYPE, W(GETGP, TP0, 0), I(LDATA, TP1, TP0, TYPE_BYTES), DONE);
  REFUSE(BAD_TYPE, W(GETGP, TP0, 0), I(LPUSHP, TR0, TP0, P0), DONE);
  REFUSE(BAD_TYPE, I(THROW, P0, 0, 0));
  REFUSE(BAD_TYPE, I(RETR, R1, 0, 0));
  REFUSE(BAD_TYPE, I(RET, 0, 0, 0));
  REFUSE(BAD_TYPE, I(RETP, P0, 0, 0));
}

static void temporaries_die_at_blocks_and_calls(void **state) {
  (void)state;
  REFUSE(UNINITIALISED, I(MOV, R0, TR0, 0), DONE);
  REFUSE(UNINITIALISED, I(MOV, TR0, R0, 0), W(JMP, 0, 0), I(MOV, R0, TR0, 0), DONE);
  REFUSE(UNINITIALISED, I(MOV, TR0, R0, 0), I(MOV, R0, TR0, 0), W(JT, R2, -2), DONE); /* a jump to instruction 1 makes it a block */
  REFUSE(UNINITIALISED, I(CALL, TR0, TP0, 1), DONE);
  REFUSE(UNINITIALISED, I(MOV, TR1, R0, 0), I(MOV, TR0, R0, 0), I(MOVP, TP0, P0, 0), I(CALL, TR0, TP0, 1), I(MOV, R0, TR1, 0), DONE);
  ACCEPT(I(MOV, TR0, R0, 0), I(MOV, TR1, R0, 0), I(MOVP, TP0, P0, 0), I(CALL, TR1, TP0, 1), I(MOV, R0, TR0, 0), DONE); /* below the window */
  REFUSE(BAD_TYPE, I(MOV, TR0, R1, 0), I(MOVP, TP0, P0, 0), I(CALL, TR0, TP0, 1), DONE);
}

static void indexes_stay_in_their_tables(void **state) {
  (void)state;
  REFUSE(BAD_INDEX, I(MOV, R0, TR3 + 1, 0), DONE);
  REFUSE(BAD_INDEX, I(MOV, TR3 + 1, R0, 0), DONE);
  REFUSE(BAD_INDEX, I(MOV, 0xffff, R0, 0), DONE);
  REFUSE(BAD_INDEX, W(LDK, TR0, 1), DONE);
  REFUSE(BAD_INDEX, W(LDS, TP0, 1), DONE);
  REFUSE(BAD_INDEX, W(GETG, TR0, 1), DONE);
  REFUSE(BAD_INDEX, W(SETGP, P2, 0xffffffff), DONE);
  REFUSE(BAD_INDEX, I(CALL, R0, TP0, 1), DONE); /* a window over locals would change their types */
  REFUSE(BAD_INDEX, I(CALL, TR0, TP0, 2), DONE);
  REFUSE(BAD_TYPE, I(CALL_FN, TR0, TP0, T_POINT), DONE);
  REFUSE(BAD_OPCODE, I(SERVICE, TR0, R0, SERVICE_COUNT), DONE);
  REFUSE(BAD_OPCODE, insn_make(OP_COUNT, 0, 0, 0), DONE);
  REFUSE(BAD_OPCODE, insn_make(0xffff, 0, 0, 0), DONE);
  REFUSE(BAD_OPCODE, I(NOP, 0, 0, 1), DONE);
}

static void control_stays_in_its_function(void **state) {
  (void)state;
  REFUSE(BAD_JUMP, W(JMP, 0, 1), DONE);
  REFUSE(BAD_JUMP, W(JMP, 0, -2), DONE);
  REFUSE(BAD_JUMP, W(JMP, 0, 0x7fffffff), DONE);
  REFUSE(BAD_JUMP, W(JMP, 0, 0x80000000), DONE);
  REFUSE(BAD_JUMP, I(MOV, R0, R0, 0));
  REFUSE(BAD_JUMP, W(JT, R2, -1));
  REFUSE(BAD_JUMP, W(SWITCH, R0, 2), W(JMP, 0, 0), DONE);
  REFUSE(BAD_JUMP, W(SWITCH, R0, 0xffffffff), DONE);
}

static void the_kernel_needs_a_grant(void **state) {
  (void)state;
  REFUSE(NOT_GRANTED, I(CALL_KERNEL, TR0, TP0, 1), DONE);
  REFUSE(NOT_GRANTED, I(HANDLE_NEW, TP0, R0, 0), DONE);
  assert_int_equal(verdict_with(1, BODY(I(HANDLE_NEW, TP0, R0, 0), DONE)), LOAD_OK);
}

static void notes_tell_blocks_and_types(void **state) {
  (void)state;
  ACCEPT(I(GETF, R1, P2, 0), W(GETGP, TP0, 0), I(LGETP, P2, TP0, R0), W(JF, R2, 1), I(MOV, R0, R0, 0), DONE);
  static const uint32_t want[] = {NOTE_BLOCK | T_POINT, 0, T_POINT, 0, NOTE_BLOCK, NOTE_BLOCK, NOTE_BLOCK /* function 1 */};
  for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) assert_int_equal(notes[i], want[i]);
}

/* Random words never upset the verifier, and it refuses nearly all of them. */
static void random_code_is_survived(void **state) {
  (void)state;
  uint64_t seed = 88172645463325252u, accepted = 0;
  for (int round = 0; round < 200000; round++) {
    uint64_t body[4];
    uint32_t n = 1 + (uint32_t)round % 3;
    for (uint32_t i = 0; i < n; i++) {
      seed ^= seed << 13;
      seed ^= seed >> 7;
      seed ^= seed << 17;
      unsigned op = (unsigned)(seed % OP_COUNT);
      body[i] = insn_make(op, (unsigned)(seed >> 16) % 8, (unsigned)(seed >> 24) % 8, (unsigned)(seed >> 32) % 41);
      if (opcode_info[op].c == FMT_CONT) body[i] = insn_make_wide(op, (unsigned)(seed >> 16) % 8, (uint32_t)(seed >> 24) % 5 - 1);
    }
    body[n] = DONE;
    accepted += verdict_with(0, body, n + 1) == LOAD_OK;
  }
  assert_true(accepted > 500); /* otherwise only the refusals were tried */
  assert_true(accepted < 20000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(honest_code_passes),           cmocka_unit_test(operands_of_other_types_are_refused),
      cmocka_unit_test(temporaries_die_at_blocks_and_calls), cmocka_unit_test(indexes_stay_in_their_tables),
      cmocka_unit_test(control_stays_in_its_function), cmocka_unit_test(the_kernel_needs_a_grant),
      cmocka_unit_test(notes_tell_blocks_and_types),  cmocka_unit_test(random_code_is_survived),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
