/* rewrite.c -- see rewrite.h.  First indexes become program-wide and accesses sized; then compares are fused with the branch that ends their block,
 * whose temporary nobody else can read. */
#include "code/rewrite.h"
#include "code/flow.h"
#include "code/private.h"
#include "code/verify.h"

#include <string.h>

typedef struct Rewrite {
  const Program *program;
  const ProgramModule *module;
  CodeDraft *draft;
} Rewrite;

/* -- memory forms -- */

enum { FORM_P, FORM_64, FORM_I32, FORM_U32, FORM_I16, FORM_U16, FORM_I8, FORM_U8, FORM_F32 };      /* order of READ_FORMS */
enum { STORE_P, STORE_64, STORE_32, STORE_16, STORE_8, STORE_F32 };                                /* order of WRITE_FORMS */

static const uint8_t read_form[] = {[TYPE_I8] = FORM_I8, [TYPE_I16] = FORM_I16, [TYPE_I32] = FORM_I32, [TYPE_I64] = FORM_64, [TYPE_U8] = FORM_U8,
                                    [TYPE_U16] = FORM_U16, [TYPE_U32] = FORM_U32, [TYPE_U64] = FORM_64, [TYPE_F32] = FORM_F32, [TYPE_F64] = FORM_64,
                                    [TYPE_BOOL] = FORM_U8, [TYPE_CHAR] = FORM_U32};
static const uint8_t write_form[] = {[TYPE_I8] = STORE_8, [TYPE_I16] = STORE_16, [TYPE_I32] = STORE_32, [TYPE_I64] = STORE_64, [TYPE_U8] = STORE_8,
                                     [TYPE_U16] = STORE_16, [TYPE_U32] = STORE_32, [TYPE_U64] = STORE_64, [TYPE_F32] = STORE_F32, [TYPE_F64] = STORE_64,
                                     [TYPE_BOOL] = STORE_8, [TYPE_CHAR] = STORE_32};

_Static_assert(POP_GETF_P + FORM_F32 == POP_GETF_F32 && POP_LGET_P + FORM_F32 == POP_LGET_F32, "forms follow READ_FORMS");
_Static_assert(POP_SETF_P + STORE_F32 == POP_SETF_F32 && POP_LPUSH_P + STORE_F32 == POP_LPUSH_F32, "forms follow WRITE_FORMS");

static unsigned reading(unsigned base, uint32_t type) { return base + (is_raw_type(type) ? read_form[type] : FORM_P); }
static unsigned writing(unsigned base, uint32_t type) { return base + (is_raw_type(type) ? write_form[type] : STORE_P); }

static uint64_t with_op(uint64_t w, unsigned op) { return (w & ~(uint64_t)0xffff) | op; }
static uint64_t with_c(uint64_t w, unsigned c) { return flow_with(w, 2, c); }

/* -- one instruction -- */

static uint32_t type_in_program(const Rewrite *r, uint32_t type) {
  return type < ORBC_FIRST_MODULE_TYPE ? type : r->module->types[type - ORBC_FIRST_MODULE_TYPE];
}

static uint64_t rewrite_field(const Rewrite *r, unsigned op, uint64_t w, uint32_t object) {
  static const uint8_t error_types[] = {
#define ERROR_FIELD(name, number, type, meaning) [number] = TYPE_##type,
#include "objects.def"
  };
  const OrbcModule *v = &r->module->view;
  uint32_t field = insn_c(w), type, offset;
  if (object == TYPE_ERROR) {
    type = error_types[field];
    offset = 8 + field * 8;
  } else {
    type = v->items[orbc_type(v, object)->first_item + field].type;
    offset = r->program->offsets[r->program->types[type_in_program(r, object)].first_item + field];
  }
  unsigned private_op = op == OP_GETF || op == OP_GETFP ? reading(POP_GETF_P, type) : writing(POP_SETF_P, type);
  return with_c(with_op(w, private_op), offset);
}

static uint64_t rewrite_new(const Rewrite *r, uint64_t w) {
  uint32_t type = type_in_program(r, insn_c(w));
  const ProgramType *t = &r->program->types[type];
  int one = t->kind == KIND_VARIANT && t->items == 0;
  return insn_make(one ? POP_NEW_ONE : POP_NEW_OBJ, insn_a(w), r->program->shapes[type].size / 8, type);
}

static uint64_t rewrite_cast(uint64_t w) {
  static const uint16_t casts[] = {[TYPE_I8] = POP_CAST_I8, [TYPE_I16] = POP_CAST_I16, [TYPE_I32] = POP_CAST_I32, [TYPE_I64] = OP_MOV,
                                   [TYPE_U8] = POP_CAST_U8, [TYPE_U16] = POP_CAST_U16, [TYPE_U32] = POP_CAST_U32, [TYPE_U64] = OP_MOV};
  return with_op(w, casts[insn_c(w)]);
}

static uint64_t rewrite_conversion(unsigned op, uint64_t w, uint32_t from) {
  int wide = from == TYPE_U64, single = insn_c(w) == TYPE_F32;
  if (op == OP_CHK) return with_op(w, wide ? POP_CHK_U : POP_CHK_S);
  return with_op(w, wide ? (single ? POP_U2F32 : POP_U2F64) : (single ? POP_S2F32 : POP_S2F64));
}

/* Each has a word of its own behind the code, so that no function depends on where another one stands. */
static uint64_t rewrite_constant(const Rewrite *r, uint64_t w, uint32_t at) {
  CodeVec *constants = &r->draft->constants;
  uint32_t distance = (uint32_t)(r->draft->code.count + constants->count) - at;
  vec_add(constants, &r->module->view.constants[insn_wide(w)].bits, 1);
  return insn_make_wide(POP_LDC, insn_a(w), distance);
}

static uint64_t rewrite_one(const Rewrite *r, uint64_t w, uint32_t note, uint32_t at) {
  unsigned op = insn_op(w);
  uint32_t type = note & NOTE_TYPE;
  switch (op) {
  case OP_GETF: case OP_GETFP: case OP_SETF: case OP_SETFP: return rewrite_field(r, op, w, type);
  case OP_AGET: case OP_AGETP: return with_op(w, reading(POP_AGET_P, type));
  case OP_ASET: case OP_ASETP: return with_op(w, writing(POP_ASET_P, type));
  case OP_LGET: case OP_LGETP: return with_op(w, reading(POP_LGET_P, type));
  case OP_LSET: case OP_LSETP: return with_op(w, writing(POP_LSET_P, type));
  case OP_LPUSH: case OP_LPUSHP: return with_op(w, writing(POP_LPUSH_P, type));
  case OP_NEW: return rewrite_new(r, w);
  case OP_CAST: return rewrite_cast(w);
  case OP_CHK: case OP_I2F: return rewrite_conversion(op, w, type);
  case OP_F2I: return insn_c(w) == TYPE_I32 ? with_op(w, POP_F2I_I32) : w;
  case OP_AS_F64: return with_op(w, OP_MOV);
  case OP_LDI: return insn_c(w) == TYPE_F32 || insn_c(w) == TYPE_F64 ? with_op(w, POP_LDI_F) : w;
  case OP_LDK: return rewrite_constant(r, w, at);
  case OP_LDS: return insn_make_wide(op, insn_a(w), r->module->first_string + insn_wide(w));
  case OP_GETG: case OP_SETG: return insn_make_wide(op, insn_a(w), r->module->first_global_raw + insn_wide(w));
  case OP_GETGP: case OP_SETGP: return insn_make_wide(op, insn_a(w), r->module->first_global_ref + insn_wide(w));
  case OP_CALL: return with_c(w, module_function(r->module, insn_c(w)));
  case OP_CALL_TRAIT: return with_c(w, r->program->types[type_in_program(r, type)].number + insn_c(w));
  case OP_NOP: return insn_wide(w) ? insn_make_wide(POP_FUEL, 0, 8 * insn_wide(w)) : w; /* both: inline.c, "fuel" */
  case OP_JMP: return insn_a(w) ? insn_make_wide(POP_JMP_FUEL, (uint16_t)(8 * insn_a(w)), insn_wide(w)) : w;
  case OP_LDNULL: return w;
  default: return opcode_info[op].c == FMT_TYPE ? with_c(w, type_in_program(r, insn_c(w))) : w;
  }
}

/* -- fusing -- */

/* The instructions of a function, of which some are those of functions expanded in it: sites tell. */
typedef struct Body {
  const uint64_t *code;
  const uint32_t *notes;
  const CodeOrigin *origins;
  const CodeSite *sites;
  uint32_t end;
} Body;

/* Whether the instruction at `i` follows the one in front of it and nothing else. */
static int follows(const Body *b, uint32_t i) { return i < b->end && !(b->notes[i] & (uint32_t)(NOTE_BLOCK | NOTE_JOIN)); }

static int is_temporary(const Body *b, uint32_t i, int bank, unsigned reg) { return reg >= b->sites[b->origins[i].site].temps[bank]; }

/* Whether the `n` instructions at `i` are of the same function. */
static int is_one_site(const Body *b, uint32_t i, uint32_t n) {
  for (uint32_t k = 1; k < n; k++)
    if (b->origins[i + k].site != b->origins[i].site) return 0;
  return 1;
}

typedef struct Fused {
  uint16_t when_true, when_false;
  uint8_t swap_false; /* with JF the operands change places */
} Fused;

static const Fused fused[OP_COUNT] = {
    [OP_EQ_I] = {POP_JEQ, POP_JNE, 0},       [OP_NE_I] = {POP_JNE, POP_JEQ, 0},       [OP_LT_S] = {POP_JLT_S, POP_JLE_S, 1},
    [OP_LE_S] = {POP_JLE_S, POP_JLT_S, 1},   [OP_LT_U] = {POP_JLT_U, POP_JLE_U, 1},   [OP_LE_U] = {POP_JLE_U, POP_JLT_U, 1},
    [OP_EQ_F] = {POP_JEQ_F, POP_JNE_F, 0},   [OP_NE_F] = {POP_JNE_F, POP_JEQ_F, 0},   [OP_LT_F] = {POP_JLT_F, POP_JNLT_F, 0},
    [OP_LE_F] = {POP_JLE_F, POP_JNLE_F, 0},  [OP_EQ_P] = {POP_JEQ_P, POP_JNE_P, 0},
};

/* Whether code[i] compares into a temporary which the branch right behind it tests: with its block the temporary ends. */
static int ends_in_branch(const Body *b, uint32_t i) {
  if (!follows(b, i + 1)) return 0;
  unsigned op = insn_op(b->code[i]), next = insn_op(b->code[i + 1]);
  return op < OP_COUNT && fused[op].when_true && (next == OP_JT || next == OP_JF) && insn_a(b->code[i + 1]) == insn_a(b->code[i]) &&
         is_temporary(b, i + 1, BANK_RAW, insn_a(b->code[i]));
}

static uint64_t fuse_branch(uint64_t compare, uint64_t branch) {
  const Fused *f = &fused[insn_op(compare)];
  unsigned b = insn_b(compare), c = insn_c(compare);
  if (insn_op(branch) == OP_JT) return insn_make(f->when_true, 0, b, c);
  return f->swap_false ? insn_make(f->when_false, 0, c, b) : insn_make(f->when_false, 0, b, c);
}

/* LDI t, imm; compare x with t; branch.  0 when it is not that. */
static uint64_t fuse_immediate(const Body *body, uint32_t i) {
  uint64_t load = body->code[i], compare = body->code[i + 1], branch = body->code[i + 2];
  unsigned t = insn_a(load), x = insn_b(compare), y = insn_c(compare), op = insn_op(compare);
  if (insn_op(load) != OP_LDI || !is_temporary(body, i, BANK_RAW, t) || insn_c(load) == TYPE_F32 || insn_c(load) == TYPE_F64) return 0;
  if (x == y || (x != t && y != t) || body->origins[i].site != body->origins[i + 1].site) return 0;
  int swapped = x == t, yes = insn_op(branch) == OP_JT;
  unsigned to;
  switch (op) {
  case OP_EQ_I: to = yes ? POP_JEQ_IMM : POP_JNE_IMM; break;
  case OP_NE_I: to = yes ? POP_JNE_IMM : POP_JEQ_IMM; break;
  case OP_LT_S: to = swapped ? (yes ? POP_JGT_IMM : POP_JLE_IMM) : (yes ? POP_JLT_IMM : POP_JGE_IMM); break;
  case OP_LE_S: to = swapped ? (yes ? POP_JGE_IMM : POP_JLT_IMM) : (yes ? POP_JLE_IMM : POP_JGT_IMM); break;
  case OP_LT_U: to = swapped ? (yes ? POP_JGT_U_IMM : POP_JLE_U_IMM) : (yes ? POP_JLT_U_IMM : POP_JGE_U_IMM); break;
  case OP_LE_U: to = swapped ? (yes ? POP_JGE_U_IMM : POP_JLT_U_IMM) : (yes ? POP_JLE_U_IMM : POP_JGT_U_IMM); break;
  default: return 0;
  }
  return insn_make(to, swapped ? y : x, insn_b(load), 0);
}

/* ADDI a, a, imm; LT_S or LE_S t, a, n; JT t.  0 when it is not that. */
static uint64_t fuse_loop(uint64_t add, uint64_t compare, uint64_t branch) {
  unsigned a = insn_a(add), op = insn_op(compare);
  if (insn_b(add) != a || insn_b(compare) != a || insn_op(branch) != OP_JT || (op != OP_LT_S && op != OP_LE_S)) return 0;
  if (insn_op(add) == OP_ADDI_I32) return with_op(add, op == OP_LT_S ? POP_LOOP_LT_I32 : POP_LOOP_LE_I32);
  if (insn_op(add) == OP_ADDI_I64) return with_op(add, op == OP_LT_S ? POP_LOOP_LT_I64 : POP_LOOP_LE_I64);
  return 0;
}

/* Private words of the instruction at `i` when it starts a longer pattern; 0 else.  The words behind it stay as they are: nothing jumps to them. */
static uint64_t fuse(const Body *b, uint32_t i) {
  if (ends_in_branch(b, i)) return fuse_branch(b->code[i], b->code[i + 1]);
  if (i + 2 >= b->end || !follows(b, i + 1) || !ends_in_branch(b, i + 1)) return 0;
  uint64_t w = fuse_immediate(b, i);
  return w ? w : fuse_loop(b->code[i], b->code[i + 1], b->code[i + 2]);
}

/* -- constant operands -- */

typedef struct WithConstant {
  uint16_t right, left; /* private opcode when the constant is operand c, b; 0: none */
} WithConstant;

static const WithConstant with_constant[OP_COUNT] = {
    [OP_ADD_F64] = {POP_ADDK_F64, POP_ADDK_F64}, [OP_SUB_F64] = {POP_SUBK_F64, POP_RSUBK_F64}, [OP_MUL_F64] = {POP_MULK_F64, POP_MULK_F64},
    [OP_DIV_F64] = {POP_DIVK_F64, POP_RDIVK_F64}, [OP_MUL_I32] = {POP_MULK_I32, POP_MULK_I32}, [OP_MUL_I64] = {POP_MULK_I64, POP_MULK_I64},
    [OP_ADD_U64] = {POP_ADDK_U64, POP_ADDK_U64}, [OP_SUB_U64] = {POP_SUBK_U64, 0},         [OP_MUL_U64] = {POP_MULK_U64, POP_MULK_U64},
    [OP_ADD_U32] = {POP_ADDK_U32, POP_ADDK_U32},
    [OP_AND] = {POP_ANDK, POP_ANDK},             [OP_OR] = {POP_ORK, POP_ORK},             [OP_XOR] = {POP_XORK, POP_XORK},
    [OP_SHL_I32] = {POP_SHLK_I32, 0},            [OP_SHL_I64] = {POP_SHLK_64, 0},          [OP_SHL_U64] = {POP_SHLK_64, 0},
    [OP_SHR_I32] = {POP_SHRK_I32, 0},            [OP_SHR_I64] = {POP_SHRK_S, 0},           [OP_SHR_U64] = {POP_SHRK_U, 0},           [OP_DIV_U64] = {POP_DIVK_U64, 0},
    [OP_REM_U64] = {POP_REMK_U64, 0},            [OP_DIV_I32] = {POP_DIVK_I32, 0},         [OP_REM_I32] = {POP_REMK_I32, 0},
    [OP_DIV_I64] = {POP_DIVK_I64, 0},            [OP_REM_I64] = {POP_REMK_I64, 0},
};

/* Whether site `inner` is `site` or was expanded in it. */
static int is_within(const Body *b, uint32_t inner, uint32_t site) {
  while (inner != site && inner != ORBC_NONE) inner = b->sites[inner].parent;
  return inner == site;
}

/* Whether nothing reads temporary `t`, which the instruction at `i` uses, behind `i` before it is written or dies with its block. */
static int is_dead_behind(const Body *b, uint32_t i, int bank, unsigned t) {
  uint32_t site = b->origins[i].site;
  if (!is_temporary(b, i, bank, t)) return 0;
  for (uint32_t n = 0; n < 100; n++) {
    uint64_t w = b->code[i];
    int own = b->origins[i].site == site;
    if (n && flow_reads(w, bank, t)) return 0;
    if (own && flow_writes(w, bank, t)) return 1;
    if (own && (opcode_info[insn_op(w)].flags & OPF_ENDS_BLOCK)) return 1;
    if (++i >= b->end) return 1;
    own = b->origins[i].site == site;
    if (own && (b->notes[i] & NOTE_BLOCK)) return 1;
    if (own) continue;
    if (!is_within(b, b->origins[i].site, site)) return t != b->sites[site].result[bank]; /* back in the caller, which may read the result */
    const CodeSite *inner = &b->sites[b->origins[i].site];
    uint32_t base = inner->base[bank];
    if (t >= base) return t - base >= 64 || !(inner->arguments[bank] >> (t - base) & 1); /* an argument, or about to be overwritten */
  }
  return 0;
}

/* The bits that a LDI or LDK puts into its register; 0: it is neither. */
static int loaded_constant(const Rewrite *r, uint64_t w, uint64_t *bits) {
  if (insn_op(w) == OP_LDK) return *bits = r->module->view.constants[insn_wide(w)].bits, 1;
  if (insn_op(w) != OP_LDI) return 0;
  int64_t value = (int16_t)insn_b(w);
  double f = (double)value;
  *bits = (uint64_t)value;
  if (insn_c(w) == TYPE_F64 || insn_c(w) == TYPE_F32) memcpy(bits, &f, sizeof f);
  return 1;
}

static int divides(unsigned op) {
  return op == OP_DIV_I32 || op == OP_REM_I32 || op == OP_DIV_I64 || op == OP_REM_I64 || op == OP_DIV_U64 || op == OP_REM_U64;
}

/* Division of an i32 by a constant d from 2 to 65535 as a multiplication: with l = ceil(log2 d) and m = floor(2^(31 + l) / d) + 1, the quotient of x rounded down is
 * m x >> 31 + l for every x of 32 bits (Granlund, Montgomery, "Division by invariant integers using multiplication", PLDI 1994, section 5). */
static void use_reciprocal(uint64_t out[2]) {
  unsigned op = insn_op(out[0]);
  uint64_t d = out[1];
  if ((op != POP_DIVK_I32 && op != POP_REMK_I32) || d < 2 || d > 0xffff) return;
  unsigned l = 0;
  while ((uint64_t)1 << l < d) l++;
  out[0] = with_c(with_op(out[0], op == POP_DIVK_I32 ? POP_DIVM_I32 : POP_REMM_I32), (unsigned)d);
  out[1] = (((uint64_t)1 << (31 + l)) / d + 1) << 6 | (31 + l);
}

/* Fuses a constant at `i` with the operation behind it: two private words.  0: it is not that. */
static int fuse_constant(const Rewrite *r, const Body *body, uint32_t i, uint64_t *out) {
  uint64_t bits, w;
  if (!follows(body, i + 1) || body->origins[i].site != body->origins[i + 1].site || !loaded_constant(r, body->code[i], &bits)) return 0;
  w = body->code[i + 1];
  unsigned t = insn_a(body->code[i]), b = insn_b(w), c = insn_c(w), right = with_constant[insn_op(w)].right, left = with_constant[insn_op(w)].left;
  if (!right || b == c || (b != t && c != t) || (b == t && !left)) return 0;
  if (divides(insn_op(w)) && (bits == 0 || bits == UINT64_MAX)) return 0; /* leave the traps to the general form */
  if (!is_dead_behind(body, i + 1, BANK_RAW, t)) return 0;
  out[0] = insn_make(c == t ? right : left, insn_a(w), c == t ? b : c, 0);
  out[1] = bits;
  use_reciprocal(out);
  return 1;
}

/* -- two in one -- */

/* Words that a private instruction takes. */
static uint32_t words_of(unsigned op) {
  if (op == POP_MULSHR) return 5;
  if (op == POP_MUL_F64_INTO_ADDK_F64 || op == POP_MUL_F64_INTO_RSUBK_F64) return 3;
  if (op == POP_PROBE) return 3; /* what is behind them stays an instruction of its own */
  if (op >= POP_FIELD_AGET_64_JNE && op <= POP_FIELD_AGET_U32_JNE) return 4;
  if (op >= POP_JEQ_IMM && op <= POP_LOOP_LE_I64) return 3;
  if ((op >= POP_JEQ && op <= POP_JNE_P) || (op >= POP_ADDK_F64 && op <= POP_REMK_I64) || (op >= POP_ADD_F64_INTO_ADD_F64 && op < POP_FUEL))
    return 2;
  return 1;
}

/* All opcodes under one prefix, as the lists of pairs name them. */
enum {
#define OP(name, a, b, c, flags, cost, meaning) ANY_##name = OP_##name,
#include "opcodes.def"
#undef OP
#define PRIVATE(name, meaning) ANY_##name = POP_##name,
#include "code/private_ops.def"
  ANY_RSUB_F64 = POP_END
};

/* Both in one opcode; 0: there is none.  The compiler makes a search tree of it. */
#define PAIR_SEARCH(name, LIST, ROW)                      \
  static unsigned name(unsigned first, unsigned second) { \
    switch (first << 16 | second) {                       \
      LIST(ROW)                                           \
    default: return 0;                                    \
    }                                                     \
  }
#define THEN(x, y) case ANY_##x << 16 | ANY_##y: return POP_##x##_THEN_##y;
#define INTO(x, y) case ANY_##x << 16 | ANY_##y: return POP_##x##_INTO_##y;
#define FUEL_THEN(y) THEN(FUEL, y)
PAIR_SEARCH(plain_pair, PAIRS, THEN)
PAIR_SEARCH(fuel_pair, FUEL_PAIRS, FUEL_THEN)
PAIR_SEARCH(float_pair, FLOAT_PAIRS, INTO)
PAIR_SEARCH(step_pair, STEPS, INTO)
PAIR_SEARCH(ref_pair, REF_PAIRS, INTO)

/* Fuel for an expanded call, at `at`, is used up together with what follows, pairs too. */
static void pair_fuel(uint64_t *code, uint32_t at) {
  unsigned both = fuel_pair(POP_FUEL, insn_op(code[at + 1]));
  if (both) code[at] = with_op(code[at], both);
}

/* Each instruction becomes one with its neighbours where there is one for them, which may be the first of a pair again; nothing else changes.  Jumps may arrive in
 * the middle: what stands there has neighbours of its own. */
static void pair_up(const Body *b, uint64_t *code) {
  for (uint32_t i = 0, last = 0, next; i < b->end; last = i, i = next) {
    next = i + words_of(insn_op(code[i]));
    for (uint32_t behind = next; behind < b->end; behind += words_of(insn_op(code[behind]))) {
      unsigned both = plain_pair(insn_op(code[i]), insn_op(code[behind]));
      if (!both) break;
      code[i] = with_op(code[i], both);
    }
    if (last + 1 == i && insn_op(code[last]) == POP_FUEL) pair_fuel(code, last);
  }
}

/* The second instruction of a pair whose first made float `t`: what it is called in FLOAT_PAIRS, and its operands in the order wanted there; 0: it is none. */
static unsigned use_of_float(const Rewrite *r, const Body *body, uint32_t i, unsigned t, uint64_t *out) {
  uint64_t w = body->code[i];
  unsigned op = insn_op(w), b = insn_b(w), c = insn_c(w);
  if (op == OP_SETF) {
    *out = rewrite_one(r, w, body->notes[i], i);
    return insn_op(*out) == POP_SETF_64 && b == t ? ANY_SETF_64 : 0;
  }
  *out = w;
  if ((op != OP_ADD_F64 && op != OP_SUB_F64 && op != OP_MUL_F64) || (b == t) == (c == t)) return 0;
  if (b == t) return op;
  if (op == OP_SUB_F64) return ANY_RSUB_F64;
  *out = with_c(flow_with(w, 1, t), b);
  return op;
}

/* A float that the instruction at `i` makes for the next one only: both in one, without a register between them.  0: it is not that. */
static int fuse_float(const Rewrite *r, const Body *body, uint32_t i, uint64_t *out) {
  unsigned op = insn_op(body->code[i]), t = insn_a(body->code[i]);
  if (op != OP_ADD_F64 && op != OP_SUB_F64 && op != OP_MUL_F64 && op != OP_GETF && op != OP_AGET && op != OP_LGET) return 0;
  if (!follows(body, i + 1)) return 0;
  uint64_t first = rewrite_one(r, body->code[i], body->notes[i], i), second;
  unsigned use = use_of_float(r, body, i + 1, t, &second);
  unsigned both = use ? float_pair(insn_op(first), use) : 0;
  if (!both || !is_dead_behind(body, i + 1, BANK_RAW, t)) return 0;
  out[0] = with_op(first, both);
  out[1] = second;
  return 1;
}

/* A product at `i` to which a constant is added, or that is taken from one, and that nothing else uses (STEPS): three private words.  0: it is not that. */
static int fuse_step(const Rewrite *r, const Body *body, uint32_t i, uint64_t *out) {
  uint64_t product = body->code[i], sum[2];
  if (insn_op(product) != OP_MUL_F64 || i + 3 > body->end || !follows(body, i + 1) || !fuse_constant(r, body, i + 1, sum)) return 0;
  unsigned both = step_pair(OP_MUL_F64, insn_op(sum[0])), t = insn_a(product);
  if (!both || insn_b(sum[0]) != t || !is_dead_behind(body, i + 2, BANK_RAW, t)) return 0;
  out[0] = with_op(product, both);
  out[1] = sum[0];
  out[2] = sum[1];
  return 1;
}

/* A reference out of a field that only the next instruction looks into: both in one, without a register between them.  0: it is not that. */
static int fuse_reference(const Rewrite *r, const Body *body, uint32_t i, uint64_t *out) {
  if (insn_op(body->code[i]) != OP_GETFP || !follows(body, i + 1)) return 0;
  uint64_t first = rewrite_one(r, body->code[i], body->notes[i], i), second = rewrite_one(r, body->code[i + 1], body->notes[i + 1], i + 1);
  unsigned t = insn_a(first), op = insn_op(body->code[i + 1]), both = ref_pair(insn_op(first), insn_op(second));
  int writes = op == OP_ASET || op == OP_LSET;
  if (!both || t != (writes ? insn_a(second) : insn_b(second)) || !is_dead_behind(body, i + 1, BANK_REF, t)) return 0;
  out[0] = with_op(first, both);
  out[1] = second;
  return 1;
}

/* An element of an array in a field that only a branch looks at (FIELD_AGET_64_JNE and the like), at `i`: it becomes operand b of the
 * branch.  0: it is not that. */
static int fuse_element_branch(const Rewrite *r, const Body *body, uint32_t i, uint64_t *out) {
  static const uint16_t fused_forms[FORM_F32 + 1] = {
      [FORM_64] = POP_FIELD_AGET_64_JNE, [FORM_I32] = POP_FIELD_AGET_I32_JNE, [FORM_U32] = POP_FIELD_AGET_U32_JNE};
  uint64_t words[2];
  if (insn_op(body->code[i]) != OP_GETFP || i + 4 > body->end || insn_op(body->code[i + 1]) != OP_AGET) return 0;
  if (!follows(body, i + 2) || !ends_in_branch(body, i + 2)) return 0;
  if (!is_one_site(body, i, 4) || !fuse_reference(r, body, i, words)) return 0;
  uint64_t branch = fuse_branch(body->code[i + 2], body->code[i + 3]);
  unsigned x = insn_a(words[1]), b = insn_b(branch), c = insn_c(branch), to = fused_forms[insn_op(words[1]) - POP_AGET_P];
  if (!to || insn_op(branch) != POP_JNE || !is_temporary(body, i, BANK_RAW, x) || (b == x) == (c == x)) return 0;
  out[0] = with_op(words[0], to);
  out[1] = words[1];
  out[2] = insn_make(POP_JNE, 0, x, b == x ? c : b);
  return 1;
}

/* Whether two raw operands b and c are `x` and `y` in any order. */
static int takes(uint64_t w, unsigned x, unsigned y) { return (insn_b(w) == x && insn_c(w) == y) || (insn_b(w) == y && insn_c(w) == x); }

/* The first probe of a hash table (POP_PROBE) at `i`.  The fourth instruction may be jumped to: from there on all words stay what they
 * are.  0: it is not that. */
static int fuse_probe(const Rewrite *r, const Body *body, uint32_t i, uint64_t *out) {
  static const uint16_t ops[] = {OP_GETF, OP_AND, OP_XOR, OP_GETFP, OP_AGET, OP_XOR, OP_LT_S};
  const uint64_t *w = body->code + i;
  uint64_t unused[2];
  if (insn_op(w[0]) != ops[0] || i + 8 > body->end || !is_one_site(body, i, 8)) return 0;
  for (uint32_t k = 1; k < 7; k++)
    if (insn_op(w[k]) != ops[k] || (k != 3 && !follows(body, i + k))) return 0;
  unsigned mask = insn_a(w[0]), at = insn_a(w[1]), rest = insn_a(w[2]), cell = insn_a(w[4]), place = insn_a(w[5]);
  unsigned hash = insn_b(w[1]) == mask ? insn_c(w[1]) : insn_b(w[1]);
  if (!takes(w[1], hash, mask) || !takes(w[2], hash, at) || insn_c(w[4]) != at || !takes(w[5], cell, rest)) return 0;
  if (insn_b(w[6]) != place || insn_c(w[6]) != mask || insn_op(w[7]) != OP_JF || !ends_in_branch(body, i + 6)) return 0;
  if (hash == mask || hash == at || at == mask || rest == mask || rest == at || cell == mask || cell == rest || place == mask) return 0;
  if (insn_op(rewrite_one(r, w[0], body->notes[i], i)) != POP_GETF_U32) return 0;
  if (!fuse_reference(r, body, i + 3, unused) || insn_op(unused[0]) != POP_GETF_P_INTO_AGET_U32) return 0;
  out[0] = with_op(rewrite_one(r, w[0], body->notes[i], i), POP_PROBE);
  out[1] = insn_make(OP_AND, at, hash, mask);
  return 1;
}

/* A jump to a jump goes where that one goes, and costs as much as both.  (Conditional jumps have no room for the cost.) */
static uint64_t shorten_jump(const Body *b, uint32_t i) {
  uint32_t target = i + 1 + insn_wide(b->code[i]), cost = insn_a(b->code[i]);
  for (int n = 0; n < 8 && insn_op(b->code[target]) == OP_JMP && target != i; n++) {
    cost += 1 + insn_a(b->code[target]);
    target += 1 + insn_wide(b->code[target]);
  }
  return insn_make_wide(OP_JMP, (uint16_t)cost, target - (i + 1));
}

/* Words of a multiply-shift at `i`, put into out; 0: it is none. */
static uint32_t fuse_hash(const Rewrite *r, const Body *b, uint32_t i, uint64_t *out) {
  const uint64_t *w = b->code + i;
  uint64_t factor, shift;
  if (i + 5 > b->end || insn_op(w[1]) != OP_MUL_U64 || insn_op(w[3]) != OP_SHR_U64 || insn_op(w[4]) != OP_CAST || insn_c(w[4]) != TYPE_U32) return 0;
  for (uint32_t k = 1; k < 5; k++)
    if (!follows(b, i + k) || b->origins[i + k].site != b->origins[i].site) return 0;
  if (!loaded_constant(r, w[0], &factor) || !loaded_constant(r, w[2], &shift) || insn_op(w[2]) != OP_LDI) return 0;
  unsigned t = insn_a(w[0]), product = insn_a(w[1]), s = insn_a(w[2]), high = insn_a(w[3]), x = insn_c(w[1]) == t ? insn_b(w[1]) : insn_c(w[1]);
  if ((insn_b(w[1]) == t) == (insn_c(w[1]) == t) || insn_b(w[3]) != product || insn_c(w[3]) != s || product == s || insn_b(w[4]) != high) return 0;
  if (!is_dead_behind(b, i + 1, BANK_RAW, t) || !is_dead_behind(b, i + 3, BANK_RAW, product)) return 0;
  if (!is_dead_behind(b, i + 3, BANK_RAW, s) || !is_dead_behind(b, i + 4, BANK_RAW, high)) return 0;
  out[0] = insn_make(POP_MULSHR, insn_a(w[4]), x, shift & 63);
  out[1] = factor;
  return 5;
}

static void rewrite_body(const Rewrite *r, const Body *body, uint64_t *code) {
  for (uint32_t i = 0, words; i < body->end; i += words) {
    words = fuse_hash(r, body, i, code + i);
    if (!words && (fuse_probe(r, body, i, code + i) || fuse_step(r, body, i, code + i))) words = 3;
    if (!words && fuse_element_branch(r, body, i, code + i)) words = 4;
    if (!words && (fuse_constant(r, body, i, code + i) || fuse_float(r, body, i, code + i) || fuse_reference(r, body, i, code + i))) words = 2;
    if (words) continue;
    words = 1;
    if (insn_op(code[i]) == OP_JMP) code[i] = shorten_jump(body, i);
    if (insn_op(code[i]) == OP_SWITCH) {
      code[i] = with_op(code[i], POP_SWITCH_JMP);
      continue;
    }
    uint64_t w = fuse(body, i);
    code[i] = w ? w : rewrite_one(r, code[i], body->notes[i], i);
  }
  pair_up(body, code);
}

int rewrite_function(const Program *program, const ProgramModule *module, CodeDraft *draft) {
  const Rewrite r = {program, module, draft};
  uint64_t *code = VEC_ROWS(uint64_t, draft->code);
  const Body body = {code, VEC_ROWS(uint32_t, draft->notes), VEC_ROWS(CodeOrigin, draft->origins), VEC_ROWS(CodeSite, draft->sites), draft->head.length};
  if (!program->is_exact) rewrite_body(&r, &body, code);
  else
    for (uint32_t i = 0; i < body.end; i++) code[i] = rewrite_one(&r, code[i], body.notes[i], i);
  return !draft->constants.failed;
}
