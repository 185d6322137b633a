/* operand.h -- what an operand of an instruction looks like in text, derived from the formats in the opcode table.
 *
 * The assembler and the disassembler share this one mapping, so that neither has a list of opcodes.  Pure functions; any thread.
 */
#ifndef ORUS_CODE_OPERAND_H
#define ORUS_CODE_OPERAND_H

#include "code/flow.h"

typedef enum OperandKind {
  OPERAND_NONE,                  /* not written */
  OPERAND_RAW, OPERAND_REF,      /* r0, p0 */
  OPERAND_SIGNED,                /* 16-bit signed number */
  OPERAND_WIDE,                  /* 32-bit signed number */
  OPERAND_COUNT,                 /* 32-bit number */
  OPERAND_LABEL, OPERAND_TYPE, OPERAND_KIND, OPERAND_FUNCTION, OPERAND_FIELD, OPERAND_METHOD, OPERAND_KERNEL, OPERAND_SERVICE,
  OPERAND_NUMBER,                /* 16-bit number */
  OPERAND_CONSTANT, OPERAND_STRING, OPERAND_GLOBAL_RAW, OPERAND_GLOBAL_REF
} OperandKind;

typedef struct Operand {
  OperandKind kind;
  int wide;      /* 32 bits: columns b and c */
  unsigned shift; /* where it stands in the instruction word */
} Operand;

static inline OperandKind operand_kind(unsigned op, unsigned format) {
  if (flow_bank(format) != BANK_NONE) return flow_bank(format) == BANK_RAW ? OPERAND_RAW : OPERAND_REF;
  switch (format) {
  case FMT_IMM16: return OPERAND_SIGNED;
  case FMT_IMM32: return OPERAND_WIDE;
  case FMT_JUMP: return OPERAND_LABEL;
  case FMT_COUNT: return OPERAND_COUNT;
  case FMT_KIND: return OPERAND_KIND;
  case FMT_TYPE: return OPERAND_TYPE;
  case FMT_FUNC: return OPERAND_FUNCTION;
  case FMT_FIELD: return OPERAND_FIELD;
  case FMT_METHOD: return OPERAND_METHOD;
  case FMT_KCALL: return OPERAND_KERNEL;
  case FMT_WHAT: return op == OP_SERVICE ? OPERAND_SERVICE : OPERAND_NUMBER;
  case FMT_CONSTR: return OPERAND_CONSTANT;
  case FMT_CONSTS: return OPERAND_STRING;
  case FMT_GLOBALR: return OPERAND_GLOBAL_RAW;
  case FMT_GLOBALP: return OPERAND_GLOBAL_REF;
  default: return OPERAND_NONE;
  }
}

/* Operand `i` (0 a, 1 b, 2 c) of `op`. */
static inline Operand operand_of(unsigned op, unsigned i) {
  const OpcodeInfo *info = &opcode_info[op];
  unsigned format = i == 0 ? info->a : i == 1 ? info->b : info->c;
  return (Operand){operand_kind(op, format), i == 1 && info->c == FMT_CONT, 16 + 16 * i};
}

#endif
