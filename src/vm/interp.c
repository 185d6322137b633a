/* interp.c -- the dispatch loop.
 *
 * Direct threading: each instruction ends by jumping to the next one's label.  pc, raw, ref, frame and budget are C locals, which the compiler keeps in
 * machine registers; SAVE() writes them back before anything that may collect, throw, grow a stack or stop, LOAD() fetches them again.  References held in
 * C locals do not survive a call that may collect: reload them from ref[].
 *
 * Operands were verified when the program was loaded; only values are checked here.
 */
#include "vm/internal.h"

#include <math.h>
#include <string.h>

const uint64_t interp_exit_code[2] = {OP_CALL, POP_HALT};

/* -- helpers for the rarer instructions -- */

static const int64_t kind_low[] = {[TYPE_I8] = INT8_MIN, [TYPE_I16] = INT16_MIN, [TYPE_I32] = INT32_MIN, [TYPE_I64] = INT64_MIN, [TYPE_CHAR] = 0};
static const uint64_t kind_high[] = {[TYPE_I8] = INT8_MAX, [TYPE_I16] = INT16_MAX, [TYPE_I32] = INT32_MAX, [TYPE_I64] = INT64_MAX, [TYPE_U8] = UINT8_MAX,
                                     [TYPE_U16] = UINT16_MAX, [TYPE_U32] = UINT32_MAX, [TYPE_U64] = UINT64_MAX, [TYPE_CHAR] = 0x10ffff};

/* Truncates and saturates; NaN gives 0. */
static uint64_t float_to_integer(double x, unsigned kind) {
  if (x != x) return 0;
  double low = (double)kind_low[kind];
  if (x <= low) return (uint64_t)kind_low[kind];
  if (kind == TYPE_U64) return x >= 18446744073709551616.0 ? UINT64_MAX : (uint64_t)x;
  if (kind == TYPE_I64) return x >= 9223372036854775808.0 ? (uint64_t)INT64_MAX : (uint64_t)(int64_t)x;
  double high = (double)kind_high[kind];
  return x >= high ? kind_high[kind] : (uint64_t)(int64_t)x;
}

static uint64_t multiply_high(uint64_t x, uint64_t y) {
  uint64_t xl = (uint32_t)x, xh = x >> 32, yl = (uint32_t)y, yh = y >> 32;
  uint64_t low = xl * yl, mid = xh * yl + (low >> 32), mid2 = xl * yh + (uint32_t)mid;
  return xh * yh + (mid >> 32) + (mid2 >> 32);
}

static int32_t leading_zeros(uint64_t x) { return x ? __builtin_clzll(x) : 64; }
static int32_t trailing_zeros(uint64_t x) { return x ? __builtin_ctzll(x) : 64; }

/* The quotient of an i32 by a constant, whose reciprocal (rewrite.c) has the shift in its low 6 bits; rounded towards zero. */
static inline int64_t divide_by_reciprocal(int64_t x, uint64_t reciprocal) { return ((x * (int64_t)(reciprocal >> 6)) >> (reciprocal & 63)) - (x >> 63); }

static void fill(ArrayObj *a, unsigned shift, uint64_t at, uint64_t count, Slot value, int is_f32) {
  char *to = (char *)array_data(a) + (at << shift);
  if (is_f32) {
    float f = (float)value.f;
    for (uint64_t i = 0; i < count; i++) memcpy(to + 4 * i, &f, 4);
    return;
  }
  switch (shift) {
  case 0: memset(to, (int)value.u, count); break;
  case 1: for (uint64_t i = 0; i < count; i++) memcpy(to + 2 * i, &(uint16_t){(uint16_t)value.u}, 2); break;
  case 2: for (uint64_t i = 0; i < count; i++) memcpy(to + 4 * i, &(uint32_t){(uint32_t)value.u}, 4); break;
  default: for (uint64_t i = 0; i < count; i++) memcpy(to + 8 * i, &value.u, 8); break;
  }
}

/* Zeroes `n` slots of a stack, a multiple of 4. */
static inline void zero_slots(void *slots, unsigned n) {
  for (char *at = slots, *end = at + n * sizeof(Slot); at != end; at += 4 * sizeof(Slot)) memset(at, 0, 4 * sizeof(Slot));
}

/* Moves the results of a function that returns several to the start of its window. */
static void return_many(const Func *f, Slot *raw, const Slot *raw_from, Obj **ref, Obj *const *ref_from) {
  const OrbcModule *m = &f->module->view;
  const OrbcType *t = func_type(f);
  for (uint32_t i = t->number; i < t->items; i++)
    if (is_raw_type(m->items[t->first_item + i].type)) *raw++ = *raw_from++;
    else *ref++ = *ref_from++;
}

/* -- the loop -- */

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* The fields of the instruction at pc - 1, each one load: that is cheaper than taking apart a word in a register. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FIELD(i) (((const uint16_t *)(const void *)pc)[(i) - 4])
#define WIDE_FIELD 1
#else
#define FIELD(i) (((const uint16_t *)(const void *)pc)[-1 - (i)])
#define WIDE_FIELD 0
#endif
#define A ((unsigned)FIELD(1))
#define B ((unsigned)FIELD(2))
#define C ((unsigned)FIELD(3))
#define IMM_B ((int64_t)(int16_t)FIELD(2))
#define IMM_C ((int64_t)(int16_t)FIELD(3))
#define WIDE ((int64_t)((const int32_t *)(const void *)pc)[WIDE_FIELD - 2])
#define WIDE_INDEX ((uint64_t)((const uint32_t *)(const void *)pc)[WIDE_FIELD - 2])

#define NEXT()                \
  do {                        \
    pc++;                     \
    goto *labels[FIELD(0)];   \
  } while (0)

#define SAVE() (vm->pc = pc, vm->raw = raw, vm->ref = ref, vm->frame = frame, vm->budget = budget)
#define LOAD() (pc = vm->pc, raw = vm->raw, ref = vm->ref, frame = vm->frame, budget = vm->budget)

/* After what takes long, or comes here without a jump or call: straight-line code must not run on without fuel. */
#define NEXT_CHECKED()                                   \
  do {                                                   \
    if (UNLIKELY((uintptr_t)pc > budget)) goto slice;    \
    NEXT();                                              \
  } while (0)

#define TRAP(k) do { kind = ERR_KIND_##k; goto trap; } while (0)
#define TRAP_WITH(k, x, y) do { vm->trap_args[0] = (uint64_t)(x); vm->trap_args[1] = (uint64_t)(y); TRAP(k); } while (0)
#define CHECK_NULL(o) do { if (UNLIKELY(!(o))) TRAP(NULL_REFERENCE); } while (0)
#define OUT_OF_MEMORY(bytes) TRAP_WITH(OUT_OF_MEMORY, bytes, 0)
#define COST(extra) (budget -= 8 * (uintptr_t)(extra))

/* For a fuzzer that wants to know which code of a program runs (fuzz/fuzz_compiler.c): where jumps arrive is counted.  No other build has that. */
#ifdef ORUS_COUNT_JUMPS
extern unsigned char orus_jumps[1 << 16];
#define ARRIVED() (orus_jumps[((uintptr_t)pc >> 3) & 0xffff]++)
#else
#define ARRIVED() ((void)0)
#endif

/* Jumps `d` instructions from behind the next `n` words, which are executed. */
#define JUMP_BEHIND(n, d)                                           \
  do {                                                              \
    intptr_t d_ = (intptr_t)(d) * 8;                                \
    pc = (const uint64_t *)((uintptr_t)pc + (uintptr_t)d_ + 8 * (n)); \
    budget += (uintptr_t)d_;                                        \
    ARRIVED();                                                      \
    if (UNLIKELY((uintptr_t)pc > budget)) goto slice;               \
    NEXT();                                                         \
  } while (0)
#define JUMP(d) JUMP_BEHIND(0, d)

/* Fused branches: `n` more words belong to the pattern, the last one holds the jump. */
#define BRANCH(condition, n)                          \
  do {                                                \
    if (condition) JUMP_BEHIND(n, (int64_t)pc[(n) - 1] >> 32); \
    pc += (n);                                        \
  } while (0)

#define SET_S(name, e) L_##name: raw[A].s = (e); NEXT();
#define SET_U(name, e) L_##name: raw[A].u = (e); NEXT();
#define SET_F(name, e) L_##name: raw[A].f = (e); NEXT();

#define LOOP_BODY(type, relation)                                                                      \
  do {                                                                                                 \
    type x_;                                                                                           \
    if (UNLIKELY(__builtin_add_overflow((type)raw[A].s, (type)IMM_C, &x_))) TRAP(OVERFLOW);            \
    raw[A].s = x_;                                                                                     \
    BRANCH(x_ relation raw[*pc >> 48].s, 2);                                                           \
  } while (0)

/* How a value of each form is read into register or written from it. */
#define READ_64(to, p) ((to).u = *(const uint64_t *)(p))
#define READ_I32(to, p) ((to).s = *(const int32_t *)(p))
#define READ_U32(to, p) ((to).u = *(const uint32_t *)(p))
#define READ_I16(to, p) ((to).s = *(const int16_t *)(p))
#define READ_U16(to, p) ((to).u = *(const uint16_t *)(p))
#define READ_I8(to, p) ((to).s = *(const int8_t *)(p))
#define READ_U8(to, p) ((to).u = *(const uint8_t *)(p))
#define READ_F32(to, p) ((to).f = *(const float *)(p))
#define WRITE_64(p, v) (*(uint64_t *)(p) = (v).u)
#define WRITE_32(p, v) (*(uint32_t *)(p) = (uint32_t)(v).u)
#define WRITE_16(p, v) (*(uint16_t *)(p) = (uint16_t)(v).u)
#define WRITE_8(p, v) (*(uint8_t *)(p) = (uint8_t)(v).u)
#define WRITE_F32(p, v) (*(float *)(p) = (float)(v).f)
#define RAW_READS(X) X(64, 3) X(I32, 2) X(U32, 2) X(I16, 1) X(U16, 1) X(I8, 0) X(U8, 0) X(F32, 2)
#define RAW_WRITES(X) X(64, 3) X(32, 2) X(16, 1) X(8, 0) X(F32, 2)

/* The array or list in a register, its elements, and a checked index. */
#define ARRAY_IN(object, index)                                                           \
  ArrayObj *array = (ArrayObj *)(void *)(object);                                         \
  CHECK_NULL(array);                                                                      \
  uint64_t i_ = (index);                                                                  \
  if (UNLIKELY(i_ >= array->length)) TRAP_WITH(INDEX_OUT_OF_RANGE, i_, array->length)
#define LIST_IN(object, index)                                                            \
  ListObj *list = (ListObj *)(void *)(object);                                            \
  CHECK_NULL(list);                                                                       \
  uint64_t i_ = (index);                                                                  \
  if (UNLIKELY(i_ >= list->length)) TRAP_WITH(INDEX_OUT_OF_RANGE, i_, list->length);      \
  ArrayObj *array = list->data
#define ARRAY_AT(reg, index) ARRAY_IN(ref[reg], index)
#define LIST_AT(reg, index) LIST_IN(ref[reg], index)
#define ELEMENT(shift) ((char *)(array + 1) + (i_ << (shift)))
#define BYTES_AT(reg, index, size)                                                                                       \
  ArrayObj *array = (ArrayObj *)(void *)ref[reg];                                                                        \
  CHECK_NULL(array);                                                                                                     \
  uint64_t i_ = (index);                                                                                                 \
  if (UNLIKELY(array->length < (size) || i_ > array->length - (size))) TRAP_WITH(INDEX_OUT_OF_RANGE, i_, array->length)

/* A new object in `o`; ref[] may have moved on, C locals are stale afterwards. */
#define ALLOC(o, header_, size_)                                                 \
  do {                                                                           \
    (o) = gc_alloc_fast(&vm->heap, (header_), (size_));                          \
    if (UNLIKELY(!(o))) {                                                        \
      SAVE();                                                                    \
      (o) = gc_alloc_slow(&vm->heap, (header_), (size_));                        \
      if (UNLIKELY(!(o))) OUT_OF_MEMORY(size_);                                  \
    }                                                                            \
  } while (0)

/* What the commonest instructions do, so that two of them can be one (PAIRS in code/private_ops.def).  Each leaves pc behind its own words. */
#define DO_MOV() raw[A] = raw[B]
#define DO_MOVP() ref[A] = ref[B]
#define DO_LDI() raw[A].s = IMM_B
#define DO_LDI_F() raw[A].f = (double)IMM_B
#define DO_CHECKED(type, builtin, left, right)                                    \
  do {                                                                            \
    type x_;                                                                      \
    if (UNLIKELY(builtin((type)(left), (type)(right), &x_))) TRAP(OVERFLOW);      \
    raw[A].s = x_;                                                                \
  } while (0)
#define DO_ADD_I32() DO_CHECKED(int32_t, __builtin_add_overflow, raw[B].s, raw[C].s)
#define DO_SUB_I32() DO_CHECKED(int32_t, __builtin_sub_overflow, raw[B].s, raw[C].s)
#define DO_MUL_I32() DO_CHECKED(int32_t, __builtin_mul_overflow, raw[B].s, raw[C].s)
#define DO_ADD_I64() DO_CHECKED(int64_t, __builtin_add_overflow, raw[B].s, raw[C].s)
#define DO_SUB_I64() DO_CHECKED(int64_t, __builtin_sub_overflow, raw[B].s, raw[C].s)
#define DO_MUL_I64() DO_CHECKED(int64_t, __builtin_mul_overflow, raw[B].s, raw[C].s)
#define DO_ADDI_I32() DO_CHECKED(int32_t, __builtin_add_overflow, raw[B].s, IMM_C)
#define DO_ADDI_I64() DO_CHECKED(int64_t, __builtin_add_overflow, raw[B].s, IMM_C)
#define DO_ADD_F64() raw[A].f = raw[B].f + raw[C].f
#define DO_SUB_F64() raw[A].f = raw[B].f - raw[C].f
#define DO_MUL_F64() raw[A].f = raw[B].f * raw[C].f
#define DO_AND() raw[A].u = raw[B].u & raw[C].u
#define DO_XOR() raw[A].u = raw[B].u ^ raw[C].u
#define DO_CAST_U8() raw[A].u = (uint8_t)raw[B].u
#define DO_CAST_I32() raw[A].s = (int32_t)raw[B].u
#define DO_JLT_S() BRANCH(raw[B].s < raw[C].s, 1)
#define DO_JLE_S() BRANCH(raw[B].s <= raw[C].s, 1)
#define DO_JLE_F() BRANCH(raw[B].f <= raw[C].f, 1)
#define DO_JEQ() BRANCH(raw[B].u == raw[C].u, 1)
#define DO_JNE() BRANCH(raw[B].u != raw[C].u, 1)
#define DO_JT() do { if (raw[A].u) JUMP(WIDE); } while (0)
#define DO_JF() do { if (!raw[A].u) JUMP(WIDE); } while (0)
#define DO_JNULL() do { if (!ref[A]) JUMP(WIDE); } while (0)
#define DO_JMP() JUMP(WIDE)
#define DO_JMP_FUEL() do { budget -= (uintptr_t)(intptr_t)(int16_t)A; JUMP(WIDE); } while (0)
#define DO_SWITCH_JMP()                                       \
  do {                                                        \
    uint64_t x_ = raw[A].u, n_ = WIDE_INDEX;                  \
    if (x_ >= n_) JUMP(n_);                                   \
    pc += x_ + 1;                                             \
    budget += 8 * (uintptr_t)x_;                              \
    if (FIELD(0) == POP_JMP_FUEL) DO_JMP_FUEL();              \
    JUMP(WIDE);                                               \
  } while (0)
#define DO_FUEL() (budget -= (uintptr_t)WIDE)
#define DO_JEQ_IMM() BRANCH(raw[A].s == IMM_B, 2)
#define DO_JNE_IMM() BRANCH(raw[A].s != IMM_B, 2)
#define DO_JGE_IMM() BRANCH(raw[A].s >= IMM_B, 2)
#define DO_JLT_IMM() BRANCH(raw[A].s < IMM_B, 2)
#define DO_JLE_IMM() BRANCH(raw[A].s <= IMM_B, 2)
#define DO_LOOP_LT_I32() LOOP_BODY(int32_t, <)
#define GETF_FROM(object, form) do { const Obj *o_ = (object); CHECK_NULL(o_); READ_##form(raw[A], (const char *)o_ + C); } while (0)
#define DO_GETF(form) GETF_FROM(ref[B], form)
#define DO_SETF(form) do { Obj *o_ = ref[A]; CHECK_NULL(o_); WRITE_##form((char *)o_ + C, raw[B]); } while (0)
#define AGET_FROM(object, form, shift) do { ARRAY_IN(object, raw[C].u); READ_##form(raw[A], ELEMENT(shift)); } while (0)
#define DO_AGET(form, shift) AGET_FROM(ref[B], form, shift)
#define ASET_INTO(object, form, shift) do { ARRAY_IN(object, raw[B].u); WRITE_##form(ELEMENT(shift), raw[C]); } while (0)
#define DO_ASET(form, shift) ASET_INTO(ref[A], form, shift)
#define LGET_FROM(object, form, shift) do { LIST_IN(object, raw[C].u); READ_##form(raw[A], ELEMENT(shift)); } while (0)
#define DO_LGET(form, shift) LGET_FROM(ref[B], form, shift)
#define LSET_INTO(object, form, shift) do { LIST_IN(object, raw[B].u); WRITE_##form(ELEMENT(shift), raw[C]); } while (0)
#define DO_LSET(form, shift) LSET_INTO(ref[A], form, shift)
#define DO_GETF_64() DO_GETF(64)
#define DO_SETF_64() DO_SETF(64)
#define FIELD_P(o) (*(Obj *const *)(const void *)((const char *)(o) + C))
#define GETF_P_FROM(object) do { const Obj *o_ = (object); CHECK_NULL(o_); ref[A] = FIELD_P(o_); } while (0)
#define DO_GETF_P() GETF_P_FROM(ref[B])
#define DO_SETF_P()                                       \
  do {                                                    \
    Obj *o_ = ref[A];                                     \
    CHECK_NULL(o_);                                       \
    *(Obj **)(void *)((char *)o_ + C) = ref[B];           \
    gc_wrote(&vm->heap, o_);                              \
  } while (0)
#define DO_AGET_I32() DO_AGET(I32, 2)
#define DO_ASET_32() DO_ASET(32, 2)
#define DO_ASET_8() DO_ASET(8, 0)
#define DO_LGET_64() DO_LGET(64, 3)
#define DO_LGET_I32() DO_LGET(I32, 2)
#define DO_LSET_32() DO_LSET(32, 2)
#define DO_LSET_8() DO_LSET(8, 0)
#define AGET_P_FROM(object) do { ARRAY_IN(object, raw[C].u); ref[A] = *(Obj **)(void *)ELEMENT(3); } while (0)
#define LGET_P_FROM(object) do { LIST_IN(object, raw[C].u); ref[A] = *(Obj **)(void *)ELEMENT(3); } while (0)
#define DO_AGET_P() AGET_P_FROM(ref[B])
#define DO_LGET_P() LGET_P_FROM(ref[B])
/* 1 into the register when there was room, else 0. */
#define PUSH(object, store)                                   \
  do {                                                        \
    ListObj *list = (ListObj *)(void *)(object);              \
    CHECK_NULL(list);                                         \
    ArrayObj *array = list->data;                             \
    uint64_t i_ = list->length, room_ = i_ < array->length;   \
    if (room_) {                                              \
      store;                                                  \
      list->length++;                                         \
    }                                                         \
    raw[A].u = room_;                                         \
  } while (0)
#define LPUSH_TO(object, form, shift) PUSH(object, WRITE_##form(ELEMENT(shift), raw[C]))
#define LPUSH_P_TO(object) PUSH(object, (*(Obj **)(void *)ELEMENT(3) = ref[C], gc_wrote_elements(&vm->heap, array, i_, 1)))
#define DO_LPUSH_32() LPUSH_TO(ref[B], 32, 2)
#define DO_LPUSH_P() LPUSH_P_TO(ref[B])
#define DO_TAG() do { const Obj *o_ = ref[B]; CHECK_NULL(o_); raw[A].s = (int64_t)obj_tag(o_); } while (0)
#define DO_AS_VARIANT() do { Obj *o_ = ref[B]; CHECK_NULL(o_); if (UNLIKELY(obj_type(o_) != C)) TRAP(BAD_CAST); ref[A] = o_; } while (0)
#define DO_GETF_U32() DO_GETF(U32)
#define DO_GETF_I32() DO_GETF(I32)
#define DO_GETF_U8() DO_GETF(U8)
#define DO_AGET_U8() DO_AGET(U8, 0)
#define DO_LGET_U8() DO_LGET(U8, 0)
#define DO_SETF_8() DO_SETF(8)
#define DO_CAST_U32() raw[A].u = (uint32_t)raw[B].u
#define DO_MULK_U64() (raw[A].u = raw[B].u * *pc, pc++)
#define DO_SHRK_U() (raw[A].u = raw[B].u >> (*pc & 63), pc++)
#define DO_ANDK() (raw[A].u = raw[B].u & *pc, pc++)
#define DO_SHLK_64() (raw[A].u = raw[B].u << (*pc & 63), pc++)
#define DO_ADD_U64() raw[A].u = raw[B].u + raw[C].u
#define DO_SUB_U64() raw[A].u = raw[B].u - raw[C].u
#define DO_MUL_U64() raw[A].u = raw[B].u * raw[C].u
#define DO_MULSHR() (raw[A].u = (uint32_t)(raw[B].u * *pc >> C), pc += 4)
#define DO_CALL_FN() goto L_CALL_FN
#define DO_NEW_LIST() goto L_NEW_LIST
#define DO_LDNULL() ref[A] = NULL
#define DO_LDS()                                                                    \
  do {                                                                              \
    Obj *o_ = table_get(&vm->strings, WIDE_INDEX);                                  \
    if (UNLIKELY(!o_)) {                                                            \
      SAVE();                                                                       \
      o_ = object_string_constant(vm, (uint32_t)WIDE_INDEX);                        \
      if (!o_) OUT_OF_MEMORY(sizeof(StringObj));                                    \
    }                                                                               \
    ref[A] = o_;                                                                    \
  } while (0)
#define DO_LE_S() raw[A].u = raw[B].s <= raw[C].s
#define DO_NOT() raw[A].u = raw[B].u ^ 1
#define DO_LPUSH_64() LPUSH_TO(ref[B], 64, 3)
#define DO_SHRK_I32() (raw[A].s = (int32_t)raw[B].s >> (*pc & 31), pc++)
#define DO_SUBK_U64() (raw[A].u = raw[B].u - *pc, pc++)
#define DO_OR() raw[A].u = raw[B].u | raw[C].u
#define DO_EQ_I() raw[A].u = raw[B].u == raw[C].u
#define DO_NE_I() raw[A].u = raw[B].u != raw[C].u
#define DO_SHR_U64() raw[A].u = raw[B].u >> (raw[C].u & 63)
#define DO_LDC() raw[A].u = pc[WIDE - 1]
#define DO_LOAD64() do { BYTES_AT(B, raw[C].u, sizeof(uint64_t)); memcpy(&raw[A].u, ELEMENT(0), sizeof(uint64_t)); } while (0)
#define DO_STORE64() do { BYTES_AT(A, raw[B].u, sizeof(uint64_t)); memcpy(ELEMENT(0), &raw[C].u, sizeof(uint64_t)); } while (0)
#define DO_NEW_OBJ() do { Obj *o_; COST(1); ALLOC(o_, vm->headers[C], B * 8); ref[A] = o_; } while (0)
#define LENGTH_OF(type, object) do { const type *l_ = (const type *)(const void *)(object); CHECK_NULL(l_); raw[A].s = (int64_t)l_->length; } while (0)
#define DO_ALEN() LENGTH_OF(ArrayObj, ref[B])
#define DO_LLEN() LENGTH_OF(ListObj, ref[B])
#define DO_SLEN() do { const StringObj *s_ = (const StringObj *)(const void *)ref[B]; CHECK_NULL(s_); raw[A].s = (int64_t)s_->length; } while (0)
#define DO_SBYTE()                                                                   \
  do {                                                                               \
    const StringObj *s_ = (const StringObj *)(const void *)ref[B];                   \
    CHECK_NULL(s_);                                                                  \
    uint64_t i_ = raw[C].u;                                                          \
    if (UNLIKELY(i_ >= s_->length)) TRAP_WITH(INDEX_OUT_OF_RANGE, i_, s_->length);   \
    raw[A].u = ((const uint8_t *)array_data(s_->bytes))[s_->start + i_];             \
  } while (0)
#define DO_SDATA() do { const StringObj *s_ = (const StringObj *)(const void *)ref[B]; CHECK_NULL(s_); ref[A] = (Obj *)(void *)s_->bytes; } while (0)
#define DO_SOFFSET() do { const StringObj *s_ = (const StringObj *)(const void *)ref[B]; CHECK_NULL(s_); raw[A].s = (int64_t)s_->start; } while (0)
#define DO_CALL() do { callee = C; goto call; } while (0)
#define DO_RET() goto L_RET
#define DO_RETP() do { ref[0] = ref[A]; goto L_RET; } while (0)
#define DO_RETR() do { raw[0] = raw[A]; goto L_RET; } while (0)

/* A float made by one instruction and used up by the next, which never is in a register of the stack (FLOAT_PAIRS). */
#define VALUE_ADD_F64() double v_ = raw[B].f + raw[C].f
#define VALUE_SUB_F64() double v_ = raw[B].f - raw[C].f
#define VALUE_MUL_F64() double v_ = raw[B].f * raw[C].f
#define VALUE_GETF_64() const Obj *o_ = ref[B]; CHECK_NULL(o_); double v_ = *(const double *)(const void *)((const char *)o_ + C)
#define VALUE_AGET_64() ARRAY_AT(B, raw[C].u); double v_ = *(const double *)(const void *)ELEMENT(3)
#define VALUE_LGET_64() LIST_AT(B, raw[C].u); double v_ = *(const double *)(const void *)ELEMENT(3)
#define USE_ADD_F64() raw[A].f = v_ + raw[C].f
#define USE_MUL_F64() raw[A].f = v_ * raw[C].f
#define USE_SUB_F64() raw[A].f = v_ - raw[C].f
#define USE_RSUB_F64() raw[A].f = raw[B].f - v_
#define CONSTANT_F64 double k_; memcpy(&k_, pc, sizeof k_)
#define USE_ADDK_F64() do { CONSTANT_F64; raw[A].f = v_ + k_; pc++; } while (0)
#define USE_RSUBK_F64() do { CONSTANT_F64; raw[A].f = k_ - v_; pc++; } while (0)
#define USE_SETF_64() do { Obj *to_ = ref[A]; CHECK_NULL(to_); *(double *)(void *)((char *)to_ + C) = v_; } while (0)

/* A reference in a field into which only the next instruction looks (REF_PAIRS): `object`, which never is in a register of the stack either. */
#define IN_FIELD(object) const Obj *owner_ = ref[B]; CHECK_NULL(owner_); Obj *object = FIELD_P(owner_)
#define INTO_AGET_P(o) AGET_P_FROM(o)
#define INTO_AGET_64(o) AGET_FROM(o, 64, 3)
#define INTO_AGET_I32(o) AGET_FROM(o, I32, 2)
#define INTO_AGET_U32(o) AGET_FROM(o, U32, 2)
#define INTO_AGET_U8(o) AGET_FROM(o, U8, 0)
#define INTO_ASET_64(o) ASET_INTO(o, 64, 3)
#define INTO_ASET_32(o) ASET_INTO(o, 32, 2)
#define INTO_ASET_8(o) ASET_INTO(o, 8, 0)
#define INTO_LGET_P(o) LGET_P_FROM(o)
#define INTO_LGET_64(o) LGET_FROM(o, 64, 3)
#define INTO_LGET_I32(o) LGET_FROM(o, I32, 2)
#define INTO_LGET_U32(o) LGET_FROM(o, U32, 2)
#define INTO_LGET_U8(o) LGET_FROM(o, U8, 0)
#define INTO_LSET_64(o) LSET_INTO(o, 64, 3)
#define INTO_LSET_32(o) LSET_INTO(o, 32, 2)
#define INTO_LSET_8(o) LSET_INTO(o, 8, 0)
#define INTO_LPUSH_32(o) LPUSH_TO(o, 32, 2)
#define INTO_LPUSH_P(o) LPUSH_P_TO(o)
#define INTO_ALEN(o) LENGTH_OF(ArrayObj, o)
#define INTO_LLEN(o) LENGTH_OF(ListObj, o)
#define INTO_GETF_P(o) GETF_P_FROM(o)
#define INTO_GETF_64(o) GETF_FROM(o, 64)
#define INTO_GETF_I32(o) GETF_FROM(o, I32)
#define INTO_GETF_U32(o) GETF_FROM(o, U32)
#define LOOK_INTO(use) do { IN_FIELD(inner_); pc++; INTO_##use(inner_); } while (0)
#define DO_GETF_P_INTO_AGET_U32() LOOK_INTO(AGET_U32)
#define DO_GETF_P_INTO_ASET_32() LOOK_INTO(ASET_32)
#define DO_GETF_P_INTO_LPUSH_32() LOOK_INTO(LPUSH_32)
#define DO_GETF_P_INTO_LPUSH_P() LOOK_INTO(LPUSH_P)
#define DO_GETF_P_INTO_LGET_I32() LOOK_INTO(LGET_I32)
#define DO_GETF_P_INTO_LLEN() LOOK_INTO(LLEN)
#define DO_GETF_P_INTO_GETF_P() LOOK_INTO(GETF_P)
#define DO_GETF_P_INTO_LGET_64() LOOK_INTO(LGET_64)
#define DO_GETF_P_INTO_GETF_I32() LOOK_INTO(GETF_I32)
/* The element is not stored: it is operand b of the branch, which is the third word. */
#define ELEMENT_BRANCH(form, shift)                                                   \
  do {                                                                                \
    IN_FIELD(inner_);                                                                 \
    pc++;                                                                             \
    ARRAY_IN(inner_, raw[C].u);                                                       \
    Slot x_;                                                                          \
    READ_##form(x_, ELEMENT(shift));                                                  \
    pc++;                                                                             \
    BRANCH(x_.u != raw[C].u, 1);                                                      \
  } while (0)
#define DO_PROBE()                                                                    \
  do {                                                                                \
    const Obj *map_ = ref[B];                                                         \
    CHECK_NULL(map_);                                                                 \
    uint64_t mask_ = *(const uint32_t *)(const void *)((const char *)map_ + C);       \
    raw[A].u = mask_;                                                                 \
    pc++;                                                                             \
    uint64_t rest_ = raw[B].u, at_ = rest_ & mask_;                                   \
    raw[A].u = at_;                                                                   \
    pc++;                                                                             \
    raw[A].u = rest_ ^= at_;                                                          \
    pc++;                                                                             \
    IN_FIELD(cells_);                                                                 \
    pc++;                                                                             \
    ARRAY_IN(cells_, at_);                                                            \
    uint64_t cell_ = *(const uint32_t *)(void *)ELEMENT(2);                           \
    raw[A].u = cell_;                                                                 \
    pc++;                                                                             \
    raw[A].u = cell_ ^= rest_;                                                        \
    pc++;                                                                             \
    BRANCH((int64_t)mask_ <= (int64_t)cell_, 1);                                      \
  } while (0)
#define DO_SETF_32() DO_SETF(32)
#define DO_ADDK_U32() (raw[A].u = (uint32_t)(raw[B].u + *pc), pc++)

/* Pairs that are part of other pairs. */
#define DO_ADD_I32_THEN_ADD_I32() do { DO_ADD_I32(); pc++; DO_ADD_I32(); } while (0)
#define DO_GETF_I32_THEN_JNE_IMM() do { DO_GETF_I32(); pc++; DO_JNE_IMM(); } while (0)
#define DO_GETF_P_THEN_GETF_P() do { DO_GETF_P(); pc++; DO_GETF_P(); } while (0)
#define DO_GETF_P_THEN_GETF_U32() do { DO_GETF_P(); pc++; DO_GETF_U32(); } while (0)
#define DO_GETF_P_THEN_TAG() do { DO_GETF_P(); pc++; DO_TAG(); } while (0)
#define DO_GETF_P_INTO_AGET_U32_THEN_XOR() do { DO_GETF_P_INTO_AGET_U32(); pc++; DO_XOR(); } while (0)
#define DO_GETF_U8_THEN_JF() do { DO_GETF_U8(); pc++; DO_JF(); } while (0)
#define DO_GETF_U8_THEN_JT() do { DO_GETF_U8(); pc++; DO_JT(); } while (0)
#define DO_MOV_THEN_MOV() do { DO_MOV(); pc++; DO_MOV(); } while (0)
#define DO_MOVP_THEN_MOV() do { DO_MOVP(); pc++; DO_MOV(); } while (0)
#define DO_MOVP_THEN_MOVP() do { DO_MOVP(); pc++; DO_MOVP(); } while (0)
#define DO_MOVP_THEN_MOVP_THEN_MOV() do { DO_MOVP_THEN_MOVP(); pc++; DO_MOV(); } while (0)
#define DO_MOVP_THEN_MOVP_THEN_MOVP() do { DO_MOVP_THEN_MOVP(); pc++; DO_MOVP(); } while (0)
#define DO_MULK_U64_THEN_SHRK_U() do { DO_MULK_U64(); pc++; DO_SHRK_U(); } while (0)
#define DO_MULSHR_THEN_PROBE() do { DO_MULSHR(); pc++; DO_PROBE(); } while (0)
#define DO_SETF_32_THEN_MOV() do { DO_SETF_32(); pc++; DO_MOV(); } while (0)
#define DO_SETF_32_THEN_SETF_32() do { DO_SETF_32(); pc++; DO_SETF_32(); } while (0)
#define DO_SBYTE_THEN_CAST_I32() do { DO_SBYTE(); pc++; DO_CAST_I32(); } while (0)
#define DO_SBYTE_THEN_CAST_I32_THEN_ADD_I32() do { DO_SBYTE_THEN_CAST_I32(); pc++; DO_ADD_I32(); } while (0)
#define DO_SHLK_64_THEN_MULK_U64() do { DO_SHLK_64(); pc++; DO_MULK_U64(); } while (0)
#define DO_ADDI_I32_THEN_ADDI_I32() do { DO_ADDI_I32(); pc++; DO_ADDI_I32(); } while (0)
#define DO_LOAD64_THEN_LOAD64() do { DO_LOAD64(); pc++; DO_LOAD64(); } while (0)
#define DO_ADDI_I32_THEN_AGET_U8() do { DO_ADDI_I32(); pc++; DO_AGET_U8(); } while (0)
#define DO_ADDI_I32_THEN_LLEN() do { DO_ADDI_I32(); pc++; DO_LLEN(); } while (0)
#define DO_AGET_U8_THEN_LGET_I32() do { DO_AGET_U8(); pc++; DO_LGET_I32(); } while (0)
#define DO_GETF_I32_THEN_ADDI_I32() do { DO_GETF_I32(); pc++; DO_ADDI_I32(); } while (0)
#define DO_GETF_I32_THEN_AGET_U8() do { DO_GETF_I32(); pc++; DO_AGET_U8(); } while (0)
#define DO_GETF_I32_THEN_JEQ_IMM() do { DO_GETF_I32(); pc++; DO_JEQ_IMM(); } while (0)
#define DO_GETF_P_INTO_LGET_I32_THEN_SETF_32() do { DO_GETF_P_INTO_LGET_I32(); pc++; DO_SETF_32(); } while (0)
#define DO_GETF_P_THEN_GETF_I32() do { DO_GETF_P(); pc++; DO_GETF_I32(); } while (0)
#define DO_GETF_P_THEN_GETF_U8() do { DO_GETF_P(); pc++; DO_GETF_U8(); } while (0)
#define DO_GETF_P_THEN_LPUSH_32() do { DO_GETF_P(); pc++; DO_LPUSH_32(); } while (0)
#define DO_LDI_THEN_LLEN() do { DO_LDI(); pc++; DO_LLEN(); } while (0)
#define DO_LLEN_THEN_JLE_S() do { DO_LLEN(); pc++; DO_JLE_S(); } while (0)
#define DO_MOVP_THEN_LDI() do { DO_MOVP(); pc++; DO_LDI(); } while (0)
#define DO_MOVP_THEN_LPUSH_P() do { DO_MOVP(); pc++; DO_LPUSH_P(); } while (0)
#define DO_MOV_THEN_ADDI_I32() do { DO_MOV(); pc++; DO_ADDI_I32(); } while (0)
#define DO_MOV_THEN_SHLK_64() do { DO_MOV(); pc++; DO_SHLK_64(); } while (0)
#define DO_MOV_THEN_SUBK_U64() do { DO_MOV(); pc++; DO_SUBK_U64(); } while (0)
#define DO_NEW_OBJ_THEN_SETF_32() do { DO_NEW_OBJ(); pc++; DO_SETF_32(); } while (0)
#define DO_NEW_OBJ_THEN_SETF_P() do { DO_NEW_OBJ(); pc++; DO_SETF_P(); } while (0)
#define DO_SETF_32_THEN_SETF_P() do { DO_SETF_32(); pc++; DO_SETF_P(); } while (0)
#define DO_ADDI_I32_THEN_AGET_U8_THEN_LGET_U8() do { DO_ADDI_I32_THEN_AGET_U8(); pc++; DO_LGET_U8(); } while (0)
#define DO_GETF_I32_THEN_AGET_U8_THEN_LGET_I32() do { DO_GETF_I32_THEN_AGET_U8(); pc++; DO_LGET_I32(); } while (0)
#define DO_GETF_P_INTO_LGET_I32_THEN_SETF_32_THEN_ADDI_I32() do { DO_GETF_P_INTO_LGET_I32_THEN_SETF_32(); pc++; DO_ADDI_I32(); } while (0)
#define DO_MOVP_THEN_MOVP_THEN_LDI() do { DO_MOVP_THEN_MOVP(); pc++; DO_LDI(); } while (0)
#define DO_NEW_OBJ_THEN_SETF_P_THEN_SETF_32() do { DO_NEW_OBJ_THEN_SETF_P(); pc++; DO_SETF_32(); } while (0)
#define DO_MOVP_THEN_MOVP_THEN_MOVP_THEN_MOVP() do { DO_MOVP_THEN_MOVP_THEN_MOVP(); pc++; DO_MOVP(); } while (0)
#define DO_TAG_THEN_JNE_IMM() do { DO_TAG(); pc++; DO_JNE_IMM(); } while (0)
#define DO_GETF_I32_THEN_JEQ_IMM_THEN_GETF_I32() do { DO_GETF_I32_THEN_JEQ_IMM(); pc++; DO_GETF_I32(); } while (0)
#define DO_GETF_I32_THEN_SETF_32() do { DO_GETF_I32(); pc++; DO_SETF_32(); } while (0)
#define DO_GETF_I32_THEN_SETF_32_THEN_GETF_I32() do { DO_GETF_I32_THEN_SETF_32(); pc++; DO_GETF_I32(); } while (0)
#define DO_LDI_THEN_JNULL() do { DO_LDI(); pc++; DO_JNULL(); } while (0)
#define DO_LDI_THEN_SETF_32() do { DO_LDI(); pc++; DO_SETF_32(); } while (0)
#define DO_LDI_THEN_SETF_32_THEN_LDI() do { DO_LDI_THEN_SETF_32(); pc++; DO_LDI(); } while (0)
#define DO_LLEN_THEN_JNE_IMM() do { DO_LLEN(); pc++; DO_JNE_IMM(); } while (0)
#define DO_LOAD64_THEN_XOR() do { DO_LOAD64(); pc++; DO_XOR(); } while (0)
#define DO_LOAD64_THEN_SUBK_U64() do { DO_LOAD64(); pc++; DO_SUBK_U64(); } while (0)
#define DO_LOAD64_THEN_XOR_THEN_SUBK_U64() do { DO_LOAD64_THEN_XOR(); pc++; DO_SUBK_U64(); } while (0)
#define DO_LOAD64_THEN_XOR_THEN_SUBK_U64_THEN_ANDK() do { DO_LOAD64_THEN_XOR_THEN_SUBK_U64(); pc++; DO_ANDK(); } while (0)
#define DO_LOAD64_THEN_XOR_THEN_MULK_U64() do { DO_LOAD64_THEN_XOR(); pc++; DO_MULK_U64(); } while (0)
#define DO_LOAD64_THEN_XOR_THEN_MULK_U64_THEN_SHRK_U() do { DO_LOAD64_THEN_XOR_THEN_MULK_U64(); pc++; DO_SHRK_U(); } while (0)
#define DO_MOVP_THEN_GETF_I32() do { DO_MOVP(); pc++; DO_GETF_I32(); } while (0)
#define DO_MOVP_THEN_GETF_P() do { DO_MOVP(); pc++; DO_GETF_P(); } while (0)
#define DO_MOVP_THEN_MOV_THEN_MOV() do { DO_MOVP_THEN_MOV(); pc++; DO_MOV(); } while (0)
#define DO_MOV_THEN_MOV_THEN_LDI() do { DO_MOV_THEN_MOV(); pc++; DO_LDI(); } while (0)
#define DO_NEW_OBJ_THEN_SETF_32_THEN_GETF_I32() do { DO_NEW_OBJ_THEN_SETF_32(); pc++; DO_GETF_I32(); } while (0)
#define DO_NEW_OBJ_THEN_SETF_P_THEN_SETF_32_THEN_SETF_P() do { DO_NEW_OBJ_THEN_SETF_P_THEN_SETF_32(); pc++; DO_SETF_P(); } while (0)
#define DO_SHLK_64_THEN_ADD_U64() do { DO_SHLK_64(); pc++; DO_ADD_U64(); } while (0)
#define DO_SHLK_64_THEN_ADD_U64_THEN_SHLK_64() do { DO_SHLK_64_THEN_ADD_U64(); pc++; DO_SHLK_64(); } while (0)
#define DO_SHRK_U_THEN_AND() do { DO_SHRK_U(); pc++; DO_AND(); } while (0)
#define DO_SLEN_THEN_SLEN() do { DO_SLEN(); pc++; DO_SLEN(); } while (0)
#define DO_AS_VARIANT_THEN_GETF_P() do { DO_AS_VARIANT(); pc++; DO_GETF_P(); } while (0)
#define DO_GETF_I32_THEN_GETF_I32() do { DO_GETF_I32(); pc++; DO_GETF_I32(); } while (0)
#define DO_LDI_THEN_EQ_I() do { DO_LDI(); pc++; DO_EQ_I(); } while (0)
#define DO_LDI_THEN_LDI() do { DO_LDI(); pc++; DO_LDI(); } while (0)
#define DO_LOAD64_THEN_XOR_THEN_MULK_U64_THEN_SHRK_U_THEN_XOR() do { DO_LOAD64_THEN_XOR_THEN_MULK_U64_THEN_SHRK_U(); pc++; DO_XOR(); } while (0)
#define DO_MOVP_THEN_MOV_THEN_MOV_THEN_MOV() do { DO_MOVP_THEN_MOV_THEN_MOV(); pc++; DO_MOV(); } while (0)
#define DO_MOVP_THEN_MOV_THEN_MOV_THEN_MOV_THEN_LDI() do { DO_MOVP_THEN_MOV_THEN_MOV_THEN_MOV(); pc++; DO_LDI(); } while (0)
#define DO_MOV_THEN_LDI() do { DO_MOV(); pc++; DO_LDI(); } while (0)
#define DO_NEW_OBJ_THEN_SETF_32_THEN_GETF_I32_THEN_SETF_32() do { DO_NEW_OBJ_THEN_SETF_32_THEN_GETF_I32(); pc++; DO_SETF_32(); } while (0)
#define DO_SHRK_U_THEN_AND_THEN_MUL_U64() do { DO_SHRK_U_THEN_AND(); pc++; DO_MUL_U64(); } while (0)
#define DO_STORE64_THEN_ADDI_I32() do { DO_STORE64(); pc++; DO_ADDI_I32(); } while (0)
#define DO_ADD_U64_THEN_STORE64() do { DO_ADD_U64(); pc++; DO_STORE64(); } while (0)
#define DO_ADD_U64_THEN_STORE64_THEN_ADDI_I32() do { DO_ADD_U64_THEN_STORE64(); pc++; DO_ADDI_I32(); } while (0)
#define DO_GETF_I32_THEN_JGE_IMM() do { DO_GETF_I32(); pc++; DO_JGE_IMM(); } while (0)
#define DO_GETF_I32_THEN_JGE_IMM_THEN_MOV() do { DO_GETF_I32_THEN_JGE_IMM(); pc++; DO_MOV(); } while (0)
#define DO_GETF_P_THEN_LPUSH_P() do { DO_GETF_P(); pc++; DO_LPUSH_P(); } while (0)
#define DO_LDI_THEN_LE_S() do { DO_LDI(); pc++; DO_LE_S(); } while (0)
#define DO_LDI_THEN_LLEN_THEN_JLE_S() do { DO_LDI_THEN_LLEN(); pc++; DO_JLE_S(); } while (0)
#define DO_LDI_THEN_SETF_8() do { DO_LDI(); pc++; DO_SETF_8(); } while (0)
#define DO_LDI_THEN_SETF_8_THEN_LDI() do { DO_LDI_THEN_SETF_8(); pc++; DO_LDI(); } while (0)
#define DO_LGET_64_THEN_AND() do { DO_LGET_64(); pc++; DO_AND(); } while (0)
#define DO_MOVP_THEN_MOVP_THEN_MOVP_THEN_MOVP_THEN_MOVP() do { DO_MOVP_THEN_MOVP_THEN_MOVP_THEN_MOVP(); pc++; DO_MOVP(); } while (0)
#define DO_MULK_U64_THEN_SHR_U64() do { DO_MULK_U64(); pc++; DO_SHR_U64(); } while (0)
#define DO_MULK_U64_THEN_SHR_U64_THEN_CAST_I32() do { DO_MULK_U64_THEN_SHR_U64(); pc++; DO_CAST_I32(); } while (0)
#define DO_SHLK_64_THEN_ADD_U64_THEN_LPUSH_64() do { DO_SHLK_64_THEN_ADD_U64(); pc++; DO_LPUSH_64(); } while (0)

VmStatus interp_run(Vm *vm) {
  static const void *const normal[POP_END] = {
#define OP(name, a, b, c, flags, cost, meaning) [OP_##name] = &&L_##name,
#include "opcodes.def"
#undef OP
#define PRIVATE(name, meaning) [POP_##name] = &&L_##name,
#include "code/private_ops.def"
  };
  static const void *const debugging[POP_END] = {[0 ... POP_END - 1] = &&L_debug};
  const void *const *labels = RECHECKS || vm->debugging ? debugging : normal;
  const uint64_t *pc;
  Slot *raw;
  Obj **ref;
  Frame *frame;
  uintptr_t budget;
  uint32_t callee;
  const uint64_t *code;
  uint32_t to_zero;
  VmErrorKind kind;
  LOAD();
  NEXT();

  /* moves and constants */
L_NOP: NEXT();
L_FUEL: DO_FUEL(); NEXT();
L_MOV: DO_MOV(); NEXT();
L_MOVP: DO_MOVP(); NEXT();
L_LDI: DO_LDI(); NEXT();
L_LDI_F: DO_LDI_F(); NEXT();
L_LDC: DO_LDC(); NEXT();
L_LDNULL: DO_LDNULL(); NEXT();
L_LDS: DO_LDS(); NEXT();
L_GETG: raw[A] = vm->globals_raw[WIDE_INDEX]; NEXT();
L_SETG: vm->globals_raw[WIDE_INDEX] = raw[A]; NEXT();
L_GETGP: ref[A] = vm->globals_ref[WIDE_INDEX]; NEXT();
L_SETGP: vm->globals_ref[WIDE_INDEX] = ref[A]; NEXT();

  /* arithmetic */
L_ADD_I32: DO_ADD_I32(); NEXT();
L_SUB_I32: DO_SUB_I32(); NEXT();
L_MUL_I32: DO_MUL_I32(); NEXT();
L_ADD_I64: DO_ADD_I64(); NEXT();
L_SUB_I64: DO_SUB_I64(); NEXT();
L_MUL_I64: DO_MUL_I64(); NEXT();
L_ADDI_I32: DO_ADDI_I32(); NEXT();
L_ADDI_I64: DO_ADDI_I64(); NEXT();
L_NEG_I32:
  if (UNLIKELY(raw[B].s == INT32_MIN)) TRAP(OVERFLOW);
  raw[A].s = -raw[B].s;
  NEXT();
L_NEG_I64:
  if (UNLIKELY(raw[B].s == INT64_MIN)) TRAP(OVERFLOW);
  raw[A].s = -raw[B].s;
  NEXT();
L_DIV_I32: {
    int64_t x = raw[B].s, y = raw[C].s;
    if (UNLIKELY(!y)) TRAP(DIVISION_BY_ZERO);
    if (UNLIKELY(y == -1 && x == INT32_MIN)) TRAP(OVERFLOW);
    raw[A].s = (int32_t)x / (int32_t)y;
    NEXT();
  }
L_REM_I32: {
    int64_t x = raw[B].s, y = raw[C].s;
    if (UNLIKELY(!y)) TRAP(DIVISION_BY_ZERO);
    raw[A].s = y == -1 ? 0 : (int32_t)x % (int32_t)y;
    NEXT();
  }
L_DIV_I64: {
    int64_t x = raw[B].s, y = raw[C].s;
    if (UNLIKELY(!y)) TRAP(DIVISION_BY_ZERO);
    if (UNLIKELY(y == -1 && x == INT64_MIN)) TRAP(OVERFLOW);
    raw[A].s = x / y;
    NEXT();
  }
L_REM_I64: {
    int64_t x = raw[B].s, y = raw[C].s;
    if (UNLIKELY(!y)) TRAP(DIVISION_BY_ZERO);
    raw[A].s = y == -1 ? 0 : x % y;
    NEXT();
  }
L_CHK_S: {
    int64_t x = raw[B].s;
    unsigned k = C;
    if (UNLIKELY(x < kind_low[k] || (x > 0 && (uint64_t)x > kind_high[k]))) goto bad_range;
    if (UNLIKELY(k == TYPE_CHAR && x >= 0xd800 && x <= 0xdfff)) goto bad_range;
    raw[A].s = x;
    NEXT();
  }
L_CHK_U: {
    uint64_t x = raw[B].u;
    unsigned k = C;
    if (UNLIKELY(x > kind_high[k] || (k == TYPE_CHAR && x >= 0xd800 && x <= 0xdfff))) goto bad_range;
    raw[A].u = x;
    NEXT();
  }
bad_range:
  if (C == TYPE_CHAR) TRAP_WITH(INVALID_VALUE, raw[B].u, 0);
  TRAP(OVERFLOW);
  SET_U(ADD_U32, (uint32_t)(raw[B].u + raw[C].u))
  SET_U(SUB_U32, (uint32_t)(raw[B].u - raw[C].u))
  SET_U(MUL_U32, (uint32_t)(raw[B].u * raw[C].u))
L_ADD_U64: DO_ADD_U64(); NEXT();
L_SUB_U64: DO_SUB_U64(); NEXT();
L_MUL_U64: DO_MUL_U64(); NEXT();
L_MULHI_U64: COST(1); raw[A].u = multiply_high(raw[B].u, raw[C].u); NEXT();
L_DIV_U64:
  if (UNLIKELY(!raw[C].u)) TRAP(DIVISION_BY_ZERO);
  raw[A].u = raw[B].u / raw[C].u;
  NEXT();
L_REM_U64:
  if (UNLIKELY(!raw[C].u)) TRAP(DIVISION_BY_ZERO);
  raw[A].u = raw[B].u % raw[C].u;
  NEXT();

  /* bits */
L_AND: DO_AND(); NEXT();
L_OR: DO_OR(); NEXT();
L_XOR: DO_XOR(); NEXT();
L_NOT: DO_NOT(); NEXT();
  SET_S(SHL_I32, (int32_t)((uint32_t)raw[B].u << (raw[C].u & 31)))
  SET_U(SHL_I64, raw[B].u << (raw[C].u & 63))
  SET_U(SHL_U32, (uint32_t)raw[B].u << (raw[C].u & 31))
  SET_U(SHL_U64, raw[B].u << (raw[C].u & 63))
  SET_S(SHR_I32, raw[B].s >> (raw[C].u & 31))
  SET_S(SHR_I64, raw[B].s >> (raw[C].u & 63))
  SET_U(SHR_U32, raw[B].u >> (raw[C].u & 31))
L_SHR_U64: DO_SHR_U64(); NEXT();
  SET_S(CLZ, leading_zeros(raw[B].u))
  SET_S(CTZ, trailing_zeros(raw[B].u))
  SET_S(POPCNT, __builtin_popcountll(raw[B].u))

  /* conversions */
  SET_S(CAST_I8, (int8_t)raw[B].u)
  SET_S(CAST_I16, (int16_t)raw[B].u)
L_CAST_I32: DO_CAST_I32(); NEXT();
L_CAST_U8: DO_CAST_U8(); NEXT();
  SET_U(CAST_U16, (uint16_t)raw[B].u)
L_CAST_U32: DO_CAST_U32(); NEXT();
  SET_F(S2F64, (double)raw[B].s)
  SET_F(U2F64, (double)raw[B].u)
  SET_F(S2F32, (float)raw[B].s)
  SET_F(U2F32, (float)raw[B].u)
L_F2I: {
    unsigned k = C;
    raw[A].u = float_to_integer(raw[B].f, k);
    NEXT();
  }
L_F2I_I32: {
    double x = raw[B].f;
    raw[A].s = x > -2147483649.0 && x < 2147483648.0 ? (int32_t)x : (int64_t)float_to_integer(x, TYPE_I32);
    NEXT();
  }
  SET_F(ROUND_F32, (float)raw[B].f)
L_BITS_F64: raw[A] = raw[B]; NEXT();
L_FROM_BITS: raw[A] = raw[B]; NEXT();
L_BITS_F32: {
    float f = (float)raw[B].f;
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    raw[A].u = bits;
    NEXT();
  }
L_FROM_BITS32: {
    float f;
    uint32_t bits = (uint32_t)raw[B].u;
    memcpy(&f, &bits, sizeof f);
    raw[A].f = f;
    NEXT();
  }

  /* floats */
L_ADD_F64: DO_ADD_F64(); NEXT();
L_SUB_F64: DO_SUB_F64(); NEXT();
L_MUL_F64: DO_MUL_F64(); NEXT();
  SET_F(DIV_F64, raw[B].f / raw[C].f)
L_REM_F64: COST(3); raw[A].f = fmod(raw[B].f, raw[C].f); NEXT();
  SET_F(NEG_F64, -raw[B].f)
  SET_F(ABS_F64, fabs(raw[B].f))
L_SQRT_F64: COST(1); raw[A].f = sqrt(raw[B].f); NEXT();
  SET_F(FLOOR_F64, floor(raw[B].f))
  SET_F(CEIL_F64, ceil(raw[B].f))
  SET_F(TRUNC_F64, trunc(raw[B].f))
L_FMA_F64: COST(1); raw[A].f = fma(raw[B].f, raw[C].f, raw[A].f); NEXT();

  /* comparisons */
L_EQ_I: DO_EQ_I(); NEXT();
L_NE_I: DO_NE_I(); NEXT();
  SET_U(LT_S, raw[B].s < raw[C].s)
L_LE_S: DO_LE_S(); NEXT();
  SET_U(LT_U, raw[B].u < raw[C].u)
  SET_U(LE_U, raw[B].u <= raw[C].u)
  SET_U(EQ_F, raw[B].f == raw[C].f)
  SET_U(NE_F, raw[B].f != raw[C].f)
  SET_U(LT_F, raw[B].f < raw[C].f)
  SET_U(LE_F, raw[B].f <= raw[C].f)
  SET_U(EQ_P, ref[B] == ref[C])
  SET_U(IS_NULL, ref[B] == NULL)

  /* branches */
L_JMP: DO_JMP(); NEXT();
L_JMP_FUEL: DO_JMP_FUEL(); NEXT();
L_JT: DO_JT(); NEXT();
L_JF: DO_JF(); NEXT();
L_JNULL: DO_JNULL(); NEXT();
L_JNNULL:
  if (ref[A]) JUMP(WIDE);
  NEXT();
L_SWITCH: {
    uint64_t x = raw[A].u, n = WIDE_INDEX;
    JUMP(x < n ? x : n);
  }
L_SWITCH_JMP: DO_SWITCH_JMP();
L_JEQ: DO_JEQ(); NEXT();
L_JNE: DO_JNE(); NEXT();
L_JLT_S: DO_JLT_S(); NEXT();
L_JLE_S: DO_JLE_S(); NEXT();
L_JLT_U: BRANCH(raw[B].u < raw[C].u, 1); NEXT();
L_JLE_U: BRANCH(raw[B].u <= raw[C].u, 1); NEXT();
L_JEQ_F: BRANCH(raw[B].f == raw[C].f, 1); NEXT();
L_JNE_F: BRANCH(raw[B].f != raw[C].f, 1); NEXT();
L_JLT_F: BRANCH(raw[B].f < raw[C].f, 1); NEXT();
L_JLE_F: DO_JLE_F(); NEXT();
L_JNLT_F: BRANCH(!(raw[B].f < raw[C].f), 1); NEXT();
L_JNLE_F: BRANCH(!(raw[B].f <= raw[C].f), 1); NEXT();
L_JEQ_P: BRANCH(ref[B] == ref[C], 1); NEXT();
L_JNE_P: BRANCH(ref[B] != ref[C], 1); NEXT();
L_JEQ_IMM: DO_JEQ_IMM(); NEXT();
L_JNE_IMM: DO_JNE_IMM(); NEXT();
L_JLT_IMM: DO_JLT_IMM(); NEXT();
L_JGE_IMM: DO_JGE_IMM(); NEXT();
L_JLE_IMM: DO_JLE_IMM(); NEXT();
L_JGT_IMM: BRANCH(raw[A].s > IMM_B, 2); NEXT();
L_JLT_U_IMM: BRANCH(raw[A].u < (uint64_t)IMM_B, 2); NEXT();
L_JGE_U_IMM: BRANCH(raw[A].u >= (uint64_t)IMM_B, 2); NEXT();
L_JLE_U_IMM: BRANCH(raw[A].u <= (uint64_t)IMM_B, 2); NEXT();
L_JGT_U_IMM: BRANCH(raw[A].u > (uint64_t)IMM_B, 2); NEXT();
#define LOOP(name, type, relation) L_##name: LOOP_BODY(type, relation); NEXT();
L_LOOP_LT_I32: DO_LOOP_LT_I32(); NEXT();
  LOOP(LOOP_LE_I32, int32_t, <=)
  LOOP(LOOP_LT_I64, int64_t, <)
  LOOP(LOOP_LE_I64, int64_t, <=)

  /* a constant operand in the next word */
#define CONSTANT(name, member, type, e) \
  L_##name : {                          \
    type k_;                            \
    memcpy(&k_, pc, sizeof k_);         \
    raw[A].member = (e);                \
    pc++;                               \
    NEXT();                             \
  }
  CONSTANT(ADDK_F64, f, double, raw[B].f + k_)
  CONSTANT(SUBK_F64, f, double, raw[B].f - k_)
  CONSTANT(RSUBK_F64, f, double, k_ - raw[B].f)
  CONSTANT(MULK_F64, f, double, raw[B].f * k_)
  CONSTANT(DIVK_F64, f, double, raw[B].f / k_)
  CONSTANT(RDIVK_F64, f, double, k_ / raw[B].f)
L_MULK_U64: DO_MULK_U64(); NEXT();
L_ANDK: DO_ANDK(); NEXT();
  CONSTANT(ADDK_U64, u, uint64_t, raw[B].u + k_)
L_ADDK_U32: DO_ADDK_U32(); NEXT();
L_SUBK_U64: DO_SUBK_U64(); NEXT();
  CONSTANT(XORK, u, uint64_t, raw[B].u ^ k_)
  CONSTANT(ORK, u, uint64_t, raw[B].u | k_)
  CONSTANT(SHLK_I32, s, uint64_t, (int32_t)((uint32_t)raw[B].u << (k_ & 31)))
L_SHLK_64: DO_SHLK_64(); NEXT();
L_SHRK_I32: DO_SHRK_I32(); NEXT();
  CONSTANT(SHRK_S, s, uint64_t, raw[B].s >> (k_ & 63))
L_SHRK_U: DO_SHRK_U(); NEXT();
L_MULSHR: DO_MULSHR(); NEXT();
L_PROBE: DO_PROBE(); NEXT();
L_FIELD_AGET_I32_JNE: ELEMENT_BRANCH(I32, 2); NEXT();
L_FIELD_AGET_U32_JNE: ELEMENT_BRANCH(U32, 2); NEXT();
L_FIELD_AGET_64_JNE: ELEMENT_BRANCH(64, 3); NEXT();
  CONSTANT(DIVK_U64, u, uint64_t, raw[B].u / k_)
  CONSTANT(REMK_U64, u, uint64_t, raw[B].u % k_)
  CONSTANT(DIVK_I32, s, int64_t, (int32_t)raw[B].s / (int32_t)k_)
  CONSTANT(REMK_I32, s, int64_t, (int32_t)raw[B].s % (int32_t)k_)
  CONSTANT(DIVK_I64, s, int64_t, raw[B].s / k_)
  CONSTANT(REMK_I64, s, int64_t, raw[B].s % k_)
L_DIVM_I32: raw[A].s = divide_by_reciprocal(raw[B].s, *pc); pc++; NEXT();
L_REMM_I32: raw[A].s = raw[B].s - divide_by_reciprocal(raw[B].s, *pc) * (int64_t)C; pc++; NEXT();
L_MULK_I32: {
    int32_t x;
    int failed = __builtin_mul_overflow((int32_t)raw[B].s, (int32_t)*pc, &x);
    if (UNLIKELY(failed)) goto overflow_behind;
    raw[A].s = x;
    pc++;
    NEXT();
  }
L_MULK_I64: {
    int64_t x;
    int failed = __builtin_mul_overflow(raw[B].s, (int64_t)*pc, &x);
    if (UNLIKELY(failed)) goto overflow_behind;
    raw[A].s = x;
    pc++;
    NEXT();
  }
overflow_behind: /* the operation is the second of the two words: handlers and traces want to know */
  pc++;
  TRAP(OVERFLOW);

  /* calls */
L_CALL: DO_CALL();
call:
  raw += A;
  ref += B;
  if (UNLIKELY(raw > vm->raw_end || ref > vm->ref_end || frame == vm->frame_end)) goto grow;
  frame++;
  frame->func = &vm->functions[callee];
  frame->pc = pc;
  code = code_at(vm->codes, callee);
  to_zero = func_head(code)->to_zero;
  if (to_zero) {
    Obj **z = ref + func_head(code)->ref_params;
    zero_slots(z, LEAST_ZEROED);
    if (to_zero > LEAST_ZEROED) {
      zero_slots(z + LEAST_ZEROED, (uint16_t)to_zero - LEAST_ZEROED);
      zero_slots(raw + func_head(code)->raw_params, to_zero >> 16);
    }
  }
  budget += (uintptr_t)code - (uintptr_t)pc - 8; /* a call costs 2 */
  pc = code;
  if (UNLIKELY((uintptr_t)pc > budget)) goto slice;
  NEXT();
grow:
  raw -= A;
  ref -= B;
  SAVE();
  {
    int grown = stack_grow(vm);
    LOAD();
    if (grown < 0) OUT_OF_MEMORY(0);
    if (!grown) TRAP_WITH(STACK_OVERFLOW, frame - vm->frame_base, 0);
  }
  goto call;
L_LINK: /* as if there had been no call, and then once more */
  callee = frame->func->index;
  budget += (uintptr_t)frame->pc - (uintptr_t)program_stub + 8;
  pc = frame->pc;
  raw -= A;
  ref -= B;
  frame--;
  {
    int linked = program_link(vm->program, &vm->functions[callee]);
    if (linked < 0) TRAP(INVALID_INSTRUCTION);
    if (!linked) OUT_OF_MEMORY(0);
  }
  goto call;
L_CALL_FN: {
    Obj *closure = ref[B];
    CHECK_NULL(closure);
    COST(1);
    callee = vm->types[obj_type(closure)].number;
    goto call;
  }
L_CALL_TRAIT: {
    Obj *receiver = ref[B];
    CHECK_NULL(receiver);
    COST(1);
    const Func *method = program_dispatch(vm->program, obj_type(receiver), C);
    if (UNLIKELY(!method)) TRAP(BAD_CAST);
    callee = method->index;
    goto call;
  }
L_CALL_KERNEL: {
    COST(9);
    SAVE();
    int done = vm_kernel_call(vm, C, raw + A, ref + B);
    if (UNLIKELY(done <= 0)) {
      if (done < 0) TRAP_WITH(DENIED, C, 0);
      TRAP(INDEX_OUT_OF_RANGE);
    }
    if (UNLIKELY(atomic_load_explicit(&vm->signal, memory_order_relaxed) != SIGNAL_NONE)) goto slice; /* maybe it was waiting, and would again */
    NEXT_CHECKED(); /* a kernel call may take long */
  }
L_RETR: DO_RETR();
L_RETP: DO_RETP();
L_RETN: return_many(frame->func, raw, raw + A, ref, ref + B);
L_RET: {
    const uint64_t *to = frame->pc;
    budget += (uintptr_t)to - (uintptr_t)pc;
    pc = to;
    raw -= A;
    ref -= B;
    frame--;
    NEXT();
  }
L_HALT:
  budget += 8; /* this is none of the program's instructions */
  SAVE();
  vm->result = raw[0].s;
  vm->result_ref = ref[0];
  return VM_DONE;
L_THROW: {
    ErrorObj *e = (ErrorObj *)(void *)ref[A];
    CHECK_NULL(e);
    COST(4);
    SAVE();
    if (!vm_throw(vm, e)) return VM_ERROR;
    LOAD();
    NEXT_CHECKED();
  }
L_UNREACHABLE: TRAP(UNREACHABLE);

  /* objects */
L_NEW_OBJ: DO_NEW_OBJ(); NEXT();
L_NEW_ONE: {
    COST(1);
    Obj *o = table_get(&vm->ones, C);
    if (UNLIKELY(!o)) {
      SAVE();
      o = object_one(vm, C);
      if (!o) OUT_OF_MEMORY(16);
    }
    ref[A] = o;
    NEXT();
  }
#define GETF(form, shift) L_GETF_##form : DO_GETF(form); NEXT();
#define SETF(form, shift) L_SETF_##form : DO_SETF(form); NEXT();
  RAW_READS(GETF)
  RAW_WRITES(SETF)
L_GETF_P: DO_GETF_P(); NEXT();
L_SETF_P: DO_SETF_P(); NEXT();
L_TAG: DO_TAG(); NEXT();
L_AS_VARIANT: DO_AS_VARIANT(); NEXT();
L_CAST_REF: {
    Obj *o = ref[B];
    COST(1);
    if (o && !program_assignable(vm->program, obj_type(o), C)) TRAP(BAD_CAST);
    ref[A] = o;
    NEXT();
  }
L_IS_TYPE: {
    const Obj *o = ref[B];
    COST(1);
    raw[A].u = o && program_assignable(vm->program, obj_type(o), C);
    NEXT();
  }
L_BOX: {
    Obj *o;
    COST(1);
    ALLOC(o, vm->headers[C], sizeof(BoxObj));
    ((BoxObj *)(void *)o)->bits = raw[B].s;
    ref[A] = o;
    NEXT();
  }
L_UNBOX: {
    const Obj *o = ref[B];
    CHECK_NULL(o);
    raw[A].s = ((const BoxObj *)(const void *)o)->bits;
    NEXT();
  }
L_TYPE_NAME: {
    CHECK_NULL(ref[B]);
    COST(4);
    SAVE();
    Obj *o = object_type_name(vm, ref[B]);
    if (UNLIKELY(!o)) OUT_OF_MEMORY(sizeof(StringObj));
    ref[A] = o;
    COST(((const StringObj *)(const void *)o)->length / 64);
    NEXT_CHECKED();
  }

  /* arrays */
L_NEW_ARRAY: {
    int64_t n = raw[B].s;
    COST(1);
    if (UNLIKELY(n < 0 || (uint64_t)n > vm->limits.array_length)) TRAP_WITH(INVALID_VALUE, n, 0);
    SAVE();
    ArrayObj *o = gc_alloc_array(&vm->heap, C, (uint32_t)n);
    if (UNLIKELY(!o)) OUT_OF_MEMORY(16 + ((uint64_t)n << vm->program->shapes[C].elem_shift));
    ref[A] = (Obj *)(void *)o;
    COST(n / 64);
    NEXT_CHECKED();
  }
L_ALEN: DO_ALEN(); NEXT();
L_AMARK: {
    const ArrayObj *a = (const ArrayObj *)(const void *)ref[B];
    CHECK_NULL(a);
    raw[A].s = (int32_t)a->mark;
    NEXT();
  }
L_ASET_MARK: {
    ArrayObj *a = (ArrayObj *)(void *)ref[A];
    CHECK_NULL(a);
    a->mark = (uint32_t)raw[B].u;
    NEXT();
  }
#define AGET(form, shift) L_AGET_##form : DO_AGET(form, shift); NEXT();
#define ASET(form, shift) L_ASET_##form : DO_ASET(form, shift); NEXT();
  RAW_READS(AGET)
  RAW_WRITES(ASET)
L_AGET_P: DO_AGET_P(); NEXT();
L_ASET_P: {
    ARRAY_AT(A, raw[B].u);
    *(Obj **)(void *)ELEMENT(3) = ref[C];
    gc_wrote_elements(&vm->heap, array, i_, 1);
    NEXT();
  }
L_ACOPY: {
    ArrayObj *to = (ArrayObj *)(void *)ref[B], *from = (ArrayObj *)(void *)ref[B + 1];
    CHECK_NULL(to);
    CHECK_NULL(from);
    int64_t to_at = raw[A].s, from_at = raw[A + 1].s, n = raw[A + 2].s;
    if (UNLIKELY(n < 0)) TRAP_WITH(INVALID_VALUE, n, 0);
    if (UNLIKELY(to_at < 0 || to_at + n > to->length)) TRAP_WITH(INDEX_OUT_OF_RANGE, to_at < 0 ? to_at : to_at + n, to->length);
    if (UNLIKELY(from_at < 0 || from_at + n > from->length)) TRAP_WITH(INDEX_OUT_OF_RANGE, from_at < 0 ? from_at : from_at + n, from->length);
    const GcShape *shape = &vm->program->shapes[obj_type((const Obj *)(const void *)to)];
    unsigned shift = shape->elem_shift;
    COST(3 + n / 8);
    memmove((char *)array_data(to) + (to_at << shift), (char *)array_data(from) + (from_at << shift), (size_t)n << shift);
    if (shape->kind == GC_ARRAY_REF) gc_wrote_elements(&vm->heap, to, (size_t)to_at, (size_t)n);
    NEXT_CHECKED();
  }
L_AFILL:
L_AFILLP: {
    ArrayObj *to = (ArrayObj *)(void *)ref[B];
    CHECK_NULL(to);
    int64_t at = raw[A].s, n = raw[A + 1].s;
    if (UNLIKELY(n < 0)) TRAP_WITH(INVALID_VALUE, n, 0);
    if (UNLIKELY(at < 0 || at + n > to->length)) TRAP_WITH(INDEX_OUT_OF_RANGE, at < 0 ? at : at + n, to->length);
    uint32_t type = obj_type((const Obj *)(const void *)to);
    const GcShape *shape = &vm->program->shapes[type];
    COST(3 + n / 8);
    if (shape->kind == GC_ARRAY_REF) {
      Obj **slots = (Obj **)array_data(to) + at;
      for (int64_t i = 0; i < n; i++) slots[i] = ref[B + 1];
      gc_wrote_elements(&vm->heap, to, (size_t)at, (size_t)n);
    } else fill(to, shape->elem_shift, (uint64_t)at, (uint64_t)n, raw[A + 2], vm->types[type].of == TYPE_F32);
    NEXT_CHECKED();
  }
#define LOAD_BYTES(name, type) L_##name : { BYTES_AT(B, raw[C].u, sizeof(type)); type x_; memcpy(&x_, ELEMENT(0), sizeof x_); raw[A].u = x_; NEXT(); }
#define STORE_BYTES(name, type) L_##name : { BYTES_AT(A, raw[B].u, sizeof(type)); type x_ = (type)raw[C].u; memcpy(ELEMENT(0), &x_, sizeof x_); NEXT(); }
  LOAD_BYTES(LOAD16, uint16_t)
  LOAD_BYTES(LOAD32, uint32_t)
L_LOAD64: DO_LOAD64(); NEXT();
  STORE_BYTES(STORE16, uint16_t)
  STORE_BYTES(STORE32, uint32_t)
L_STORE64: DO_STORE64(); NEXT();

  /* lists */
L_NEW_LIST: {
    int64_t n = raw[B].s;
    COST(2);
    if (UNLIKELY(n < 0 || (uint64_t)n > vm->limits.array_length)) TRAP_WITH(INVALID_VALUE, n, 0);
    Obj *o;
    if (LIKELY(n == 0 && table_get(&vm->ones, vm->types[C].number))) {
      ALLOC(o, vm->headers[C], sizeof(ListObj));
      ((ListObj *)(void *)o)->data = (ArrayObj *)(void *)table_get(&vm->ones, vm->types[C].number);
      gc_wrote(&vm->heap, o); /* as SNEW */
      ref[A] = o;
      NEXT_CHECKED();
    }
    SAVE();
    o = (Obj *)(void *)object_list(vm, C, (uint32_t)n);
    if (UNLIKELY(!o)) OUT_OF_MEMORY(n);
    ref[A] = o;
    COST(n / 64);
    NEXT_CHECKED();
  }
L_LLEN: DO_LLEN(); NEXT();
#define LGET(form, shift) L_LGET_##form : DO_LGET(form, shift); NEXT();
#define LSET(form, shift) L_LSET_##form : DO_LSET(form, shift); NEXT();
  RAW_READS(LGET)
  RAW_WRITES(LSET)
L_LGET_P: DO_LGET_P(); NEXT();
L_LSET_P: {
    LIST_AT(A, raw[B].u);
    *(Obj **)(void *)ELEMENT(3) = ref[C];
    gc_wrote_elements(&vm->heap, array, i_, 1);
    NEXT();
  }
#define LPUSH(form, shift) L_LPUSH_##form: LPUSH_TO(ref[B], form, shift); NEXT();
  RAW_WRITES(LPUSH)
L_LPUSH_P: DO_LPUSH_P(); NEXT();
L_LDATA: {
    const ListObj *l = (const ListObj *)(const void *)ref[B];
    CHECK_NULL(l);
    ref[A] = (Obj *)(void *)l->data;
    NEXT();
  }
L_LSET_DATA: {
    ListObj *l = (ListObj *)(void *)ref[A];
    ArrayObj *a = (ArrayObj *)(void *)ref[B];
    CHECK_NULL(l);
    CHECK_NULL(a);
    if (UNLIKELY(raw[C].u > a->length)) TRAP_WITH(INVALID_VALUE, raw[C].s, 0);
    l->data = a;
    l->length = (uint32_t)raw[C].u;
    gc_wrote(&vm->heap, (Obj *)(void *)l);
    NEXT();
  }
L_LSET_LEN: {
    ListObj *l = (ListObj *)(void *)ref[A];
    CHECK_NULL(l);
    if (UNLIKELY(raw[B].u > l->data->length)) TRAP_WITH(INVALID_VALUE, raw[B].s, 0);
    l->length = (uint32_t)raw[B].u;
    NEXT();
  }

  /* strings */
L_SNEW: {
    ArrayObj *a = (ArrayObj *)(void *)ref[B];
    CHECK_NULL(a);
    COST(2);
    int64_t start = raw[C].s, n = raw[C + 1].s;
    if (UNLIKELY(start < 0 || n < 0 || start + n > a->length)) TRAP_WITH(INDEX_OUT_OF_RANGE, start + n, a->length);
    Obj *o;
    ALLOC(o, obj_header(TYPE_STRING, 0), sizeof(StringObj));
    StringObj *s = (StringObj *)(void *)o;
    s->bytes = (ArrayObj *)(void *)ref[B];
    s->start = (uint32_t)start;
    s->length = (uint32_t)n;
    gc_wrote(&vm->heap, o); /* it is old when the collector is off or the heap nearly full */
    ref[A] = o;
    NEXT();
  }
#define STRING(name, reg)                                          \
  StringObj *name = (StringObj *)(void *)ref[reg];                 \
  CHECK_NULL(name)
L_SLEN: DO_SLEN(); NEXT();
L_SBYTE: DO_SBYTE(); NEXT();
L_SDATA: DO_SDATA(); NEXT();
L_SOFFSET: DO_SOFFSET(); NEXT();
L_SHASH: { STRING(s, B); raw[A].u = s->hash; NEXT(); }
L_SSET_HASH: { STRING(s, A); s->hash = (uint32_t)raw[B].u; NEXT(); }

  /* run-time services */
L_HANDLE_NEW: {
    Obj *o;
    COST(2);
    ALLOC(o, obj_header(TYPE_HANDLE, 0), sizeof(HandleObj));
    ((HandleObj *)(void *)o)->handle = raw[B].s;
    SAVE();
    o = gc_register_handle(&vm->heap, o);
    if (UNLIKELY(!o)) OUT_OF_MEMORY(sizeof(HandleObj));
    ref[A] = o;
    NEXT();
  }
L_HANDLE_GET: {
    const HandleObj *o = (const HandleObj *)(const void *)ref[B];
    CHECK_NULL(o);
    raw[A].s = o->handle;
    NEXT();
  }
L_HANDLE_RELEASE: {
    HandleObj *o = (HandleObj *)(void *)ref[B];
    CHECK_NULL(o);
    raw[A].s = o->handle;
    o->handle = -1;
    NEXT();
  }
L_WEAK_NEW: {
    Obj *o;
    COST(2);
    ALLOC(o, vm->headers[C], sizeof(WeakObj));
    SAVE();
    o = gc_register_weak(&vm->heap, o);
    if (UNLIKELY(!o)) OUT_OF_MEMORY(sizeof(WeakObj));
    ((WeakObj *)(void *)o)->target = ref[B];
    ref[A] = o;
    NEXT();
  }
L_WEAK_GET: {
    const WeakObj *o = (const WeakObj *)(const void *)ref[B];
    CHECK_NULL(o);
    ref[A] = o->target;
    NEXT();
  }
L_SERVICE: {
    COST(4);
    SAVE();
    raw[A].s = vm_service(vm, C, raw[B].s);
    budget = vm->budget;
    NEXT_CHECKED();
  }
L_FRAME_TEXT: {
    COST(9);
    SAVE();
    Obj *o = vm_frame_text(vm, raw[B].s, C);
    if (UNLIKELY(!o)) OUT_OF_MEMORY(sizeof(StringObj));
    ref[A] = o;
    COST(((const StringObj *)(const void *)o)->length / 64);
    NEXT_CHECKED();
  }
L_FRAME_NUMBER: {
    COST(4);
    raw[A].s = vm_frame_number(vm, raw[B].s, C);
    NEXT();
  }

  /* two instructions in one */
#define PAIR(x, y) L_##x##_THEN_##y: DO_##x(); pc++; DO_##y(); NEXT();
  PAIRS(PAIR)
#define FUEL_PAIR(y) L_FUEL_THEN_##y: DO_FUEL(); pc++; DO_##y(); NEXT();
  FUEL_PAIRS(FUEL_PAIR)
#define FLOAT_PAIR(x, y) L_##x##_INTO_##y: { VALUE_##x(); pc++; USE_##y(); NEXT(); }
  FLOAT_PAIRS(FLOAT_PAIR)
  STEPS(FLOAT_PAIR)
#define REF_PAIR(x, y) L_##x##_INTO_##y: LOOK_INTO(y); NEXT();
  REF_PAIRS(REF_PAIR)

  /* never in private code: the linker replaces them */
L_LDK: L_CHK: L_CAST: L_I2F: L_AS_F64: L_NEW: L_GETF: L_GETFP: L_SETF: L_SETFP: L_AGET: L_AGETP: L_ASET: L_ASETP:
L_LGET: L_LGETP: L_LSET: L_LSETP: L_LPUSH: L_LPUSHP:
  TRAP(INVALID_INSTRUCTION);

  /* exits */
trap:
  SAVE();
  if (!vm_trap(vm, kind, vm->trap_args[0], vm->trap_args[1])) return VM_ERROR;
  LOAD();
  NEXT_CHECKED();
slice:
  if (UNLIKELY(pc == program_stub)) goto L_LINK; /* nobody shall see a run stop there */
  SAVE();
  if (!fuel_slice(vm)) return vm->status;
  LOAD();
  labels = RECHECKS || vm->debugging ? debugging : normal;
  NEXT();
L_debug:
  if (UNLIKELY(pc == program_stub + 1)) goto L_LINK;
  SAVE();
  if (RECHECKS && !recheck(vm, pc - 1)) {
    vm->pc = pc - 1;
    return VM_FAULT;
  }
  if ((!RECHECKS || vm->debugging) && debug_stops(vm, pc - 1)) {
    vm->pc = pc - 1;
    return VM_BREAK;
  }
  goto *normal[FIELD(0)];
}
