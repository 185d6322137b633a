/* opcode.h -- the rows of spec/opcodes.def and spec/objects.def as C: numbers, operand formats, flags, register classes.
 *
 * Nothing here is written twice: enums and tables are expanded from the .def files.  Read-only data; any thread.
 */
#ifndef ORUS_CODE_OPCODE_H
#define ORUS_CODE_OPCODE_H

#include <stdint.h>

typedef enum Opcode {
#define OP(name, a, b, c, flags, cost, meaning) OP_##name,
#include "opcodes.def"
#undef OP
  OP_COUNT
} Opcode;

typedef enum OperandFormat {
  FMT_NONE, FMT_CONT, FMT_WR_I32, FMT_WR_I64, FMT_WR_U32, FMT_WR_U64, FMT_WR_U8, FMT_WR_F64, FMT_WR_F32, FMT_WR_BOOL, FMT_WR_K, FMT_WR_LIKE, FMT_WR,
  FMT_RR_I32, FMT_RR_U32, FMT_RR_BOOL, FMT_RR_S, FMT_RR_U, FMT_RR_X, FMT_RR_F, FMT_RR_LIKE, FMT_RR, FMT_WP, FMT_RP, FMT_WP_STR, FMT_WP_BYTES,
  FMT_WP_HANDLE, FMT_RP_STR, FMT_RP_BYTES, FMT_RP_ERR, FMT_RP_HANDLE, FMT_IMM16, FMT_KIND, FMT_TYPE, FMT_FUNC, FMT_FIELD, FMT_METHOD, FMT_KCALL,
  FMT_WHAT, FMT_WIN_R, FMT_WIN_P, FMT_IMM32, FMT_JUMP, FMT_CONSTR, FMT_CONSTS, FMT_GLOBALR, FMT_GLOBALP, FMT_COUNT
} OperandFormat;

enum { OPF_THROWS = 1, OPF_COLLECTS = 2, OPF_YIELDS = 4, OPF_ENDS_BLOCK = 8, OPF_SPECIAL = 16, OPF_KERNEL = 32 };

typedef struct OpcodeInfo {
  const char *name;
  uint8_t a, b, c; /* OperandFormat */
  uint8_t flags, cost;
} OpcodeInfo;

extern const OpcodeInfo opcode_info[OP_COUNT];

enum {
#define RAW_TYPE(name, number, spelling, size, classes, meaning) TYPE_##name = number,
#define REF_TYPE(name, number, spelling, meaning) TYPE_##name = number,
#include "objects.def"
  TYPE_FIRST_RAW = TYPE_I8, TYPE_LAST_RAW = TYPE_CHAR, TYPE_LAST_BUILTIN = TYPE_HANDLE
};

typedef enum TypeKind {
#define TYPE_KIND(name, number, keyword, meaning) KIND_##name = number,
#include "objects.def"
} TypeKind;

enum {
#define SERVICE(name, number, meaning) SERVICE_##name = number,
#include "objects.def"
  SERVICE_COUNT = SERVICE_ARG_COUNT + 1
};

enum {
#define FILE_LIMIT(name, value, meaning) FILE_LIMIT_##name = value,
#include "limits.def"
};

/* Classes of raw registers, as bits. */
enum { CLASS_S = 1, CLASS_U = 2, CLASS_X = 4, CLASS_F = 8 };
unsigned raw_type_classes(uint32_t type);

/* Whether a register of raw type `type` may hold `bits`: integers narrower than 64 bits extended, f32 as an exact double; anything else could surprise
 * compiled code. */
int raw_is_canonical(uint32_t type, uint64_t bits);

static inline int is_raw_type(uint32_t type) { return type >= TYPE_FIRST_RAW && type <= TYPE_LAST_RAW; }

/* The parts of an instruction word. */
static inline unsigned insn_op(uint64_t w) { return (unsigned)(w & 0xffff); }
static inline unsigned insn_a(uint64_t w) { return (unsigned)(w >> 16 & 0xffff); }
static inline unsigned insn_b(uint64_t w) { return (unsigned)(w >> 32 & 0xffff); }
static inline unsigned insn_c(uint64_t w) { return (unsigned)(w >> 48); }
static inline uint32_t insn_wide(uint64_t w) { return (uint32_t)(w >> 32); }
static inline uint64_t insn_make(unsigned op, unsigned a, unsigned b, unsigned c) {
  return (uint64_t)op | (uint64_t)a << 16 | (uint64_t)b << 32 | (uint64_t)c << 48;
}
static inline uint64_t insn_make_wide(unsigned op, unsigned a, uint32_t wide) {
  return (uint64_t)op | (uint64_t)a << 16 | (uint64_t)wide << 32;
}

#endif
