/* flow.h -- which registers an instruction reads and writes, derived from the formats in the opcode table.
 *
 * Banks: 0 raw, 1 references.  A window operand (the start of arguments) stands for all registers of its bank from there on.  Pure functions; any thread.
 */
#ifndef ORUS_CODE_FLOW_H
#define ORUS_CODE_FLOW_H

#include "code/opcode.h"

enum { BANK_RAW, BANK_REF, BANK_NONE };

static inline int flow_bank(unsigned format) {
  if ((format >= FMT_WR_I32 && format <= FMT_RR) || format == FMT_WIN_R) return BANK_RAW;
  if ((format >= FMT_WP && format <= FMT_RP_HANDLE) || format == FMT_WIN_P) return BANK_REF;
  return BANK_NONE;
}

static inline int flow_is_write(unsigned format) {
  return (format >= FMT_WR_I32 && format <= FMT_WR) || format == FMT_WP || (format >= FMT_WP_STR && format <= FMT_WP_HANDLE);
}

static inline int flow_is_window(unsigned format) { return format == FMT_WIN_R || format == FMT_WIN_P; }

/* The format of operand 0 (a), 1 (b) or 2 (c) of `op`; FMT_NONE for what belongs to a wide operand. */
static inline unsigned flow_format(unsigned op, unsigned operand) {
  const OpcodeInfo *info = &opcode_info[op];
  if (operand == 0) return info->a;
  if (info->c == FMT_CONT) return FMT_NONE;
  return operand == 1 ? info->b : info->c;
}

static inline unsigned flow_operand(uint64_t w, unsigned operand) { return (unsigned)(w >> (16 + 16 * operand)) & 0xffff; }

static inline uint64_t flow_with(uint64_t w, unsigned operand, unsigned value) {
  unsigned shift = 16 + 16 * operand;
  return (w & ~((uint64_t)0xffff << shift)) | (uint64_t)value << shift;
}

/* The only register that an instruction without a window writes is operand a. */
static inline int flow_writes(uint64_t w, int bank, unsigned reg) {
  unsigned format = opcode_info[insn_op(w)].a;
  return flow_is_write(format) && flow_bank(format) == bank && insn_a(w) == reg;
}

static inline int flow_reads(uint64_t w, int bank, unsigned reg) {
  unsigned op = insn_op(w);
  if (op == OP_RETN || (op == OP_FMA_F64 && bank == BANK_RAW && insn_a(w) == reg)) return 1;
  for (unsigned i = 0; i < 3; i++) {
    unsigned format = flow_format(op, i), at = flow_operand(w, i);
    if (flow_bank(format) != bank || flow_is_write(format)) continue;
    if (flow_is_window(format) ? reg >= at : reg == at) return 1;
  }
  return 0;
}

#endif
