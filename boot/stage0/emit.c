/* emit.c -- see emit.h. */
#include "emit.h"

void emit_open(Emit *e, Compiler *c, Function *f) { *e = (Emit){.c = c, .f = f}; }

uint32_t emit_here(const Emit *e) { return (uint32_t)e->f->code.count; }

static void note_line(Emit *e) {
  Vec *lines = &e->f->lines;
  if (!e->at.line) return;
  CodeLine *last = lines->count ? &VEC_AT(lines, CodeLine, lines->count - 1) : NULL;
  if (last && last->line == e->at.line && last->column == e->at.column) return;
  VEC_PUSH(e->c, lines, CodeLine, ((CodeLine){emit_here(e), e->at.line, e->at.column}));
}

uint32_t emit(Emit *e, unsigned op, int a, int b, int c) {
  note_line(e);
  VEC_PUSH(e->c, &e->f->code, uint64_t, insn_make(op, (unsigned)a & 0xffff, (unsigned)b & 0xffff, (unsigned)c & 0xffff));
  if (op == OP_JMP || op == OP_RET || op == OP_RETR || op == OP_RETP || op == OP_THROW || op == OP_UNREACHABLE) e->dead = 1;
  if (emit_here(e) > FILE_LIMIT_CODE) fail(e->c, e->at, "this function is too long");
  return emit_here(e) - 1;
}

uint32_t emit_wide(Emit *e, unsigned op, int a, uint32_t wide) { return emit(e, op, a, (int)(wide & 0xffff), (int)(wide >> 16)); }

static void patch(Emit *e, uint32_t at, int target) {
  uint64_t *w = &VEC_AT(&e->f->code, uint64_t, at);
  *w = insn_make_wide(insn_op(*w), insn_a(*w), (uint32_t)(target - (int)at - 1));
}

void label_open(Label *l) { *l = (Label){-1, {0}}; }

void emit_jump(Emit *e, unsigned op, int a, Label *to) {
  if (e->dead) return;
  uint32_t at = emit_wide(e, op, a, 0);
  if (to->at >= 0) patch(e, at, to->at);
  else VEC_PUSH(e->c, &to->jumps, uint32_t, at);
}

void label_place(Emit *e, Label *l) {
  l->at = (int)emit_here(e);
  e->label = emit_here(e);
  if (l->jumps.count) e->dead = 0;
  for (size_t i = 0; i < l->jumps.count; i++) patch(e, VEC_AT(&l->jumps, uint32_t, i), l->at);
}

int emit_local(Emit *e, uint32_t type) {
  for (size_t i = 0; i < e->free.count; i++) {
    FreeLocal f = VEC_AT(&e->free, FreeLocal, i);
    if (f.type != type) continue;
    VEC_AT(&e->free, FreeLocal, i) = VEC_AT(&e->free, FreeLocal, --e->free.count);
    return (int)f.reg;
  }
  Vec *types = is_raw_type(type) ? &e->f->raw_types : &e->f->ref_types;
  if (types->count >= FILE_LIMIT_REGISTERS / 2) fail(e->c, e->at, "this function has too many variables");
  VEC_PUSH(e->c, types, uint32_t, type);
  return (int)types->count - 1;
}

void emit_local_free(Emit *e, uint32_t type, int reg) { VEC_PUSH(e->c, &e->free, FreeLocal, ((FreeLocal){type, (uint32_t)reg})); }

int emit_temp(Emit *e, int is_raw) {
  unsigned *next = is_raw ? &e->raw_temp : &e->ref_temp;
  uint32_t *most = is_raw ? &e->f->raw_temps : &e->f->ref_temps;
  int reg = (int)(*next)++;
  if (*next > *most) *most = *next;
  if (*next >= FILE_LIMIT_REGISTERS / 2) fail(e->c, e->at, "this expression is too large");
  return REG_TEMP | reg;
}

static int names_raw(unsigned format) { return (format >= FMT_WR_I32 && format <= FMT_RR) || format == FMT_WIN_R; }
static int names_ref(unsigned format) { return (format >= FMT_WP && format <= FMT_RP_HANDLE) || format == FMT_WIN_P; }

static int writes(unsigned format, int is_raw) {
  if (is_raw) return format >= FMT_WR_I32 && format <= FMT_WR;
  return format == FMT_WP || (format >= FMT_WP_STR && format <= FMT_WP_HANDLE);
}

int emit_retarget(Emit *e, int is_raw, int to, int from) {
  uint32_t here = emit_here(e);
  if (!(from & REG_TEMP) || here == 0 || e->label == here) return 0;
  uint64_t *w = &VEC_AT(&e->f->code, uint64_t, here - 1);
  unsigned op = insn_op(*w);
  if (insn_a(*w) != (unsigned)from || !writes(opcode_info[op].a, is_raw) || op == OP_FMA_F64) return 0;
  *w = (*w & ~(uint64_t)0xffff0000) | (uint64_t)((unsigned)to & 0xffff) << 16;
  return 1;
}

void emit_drop_unreachable(Emit *e) {
  uint32_t here = emit_here(e);
  if (!here || e->label == here || insn_op(VEC_AT(&e->f->code, uint64_t, here - 1)) != OP_UNREACHABLE) return;
  e->f->code.count--;
  e->dead = 0;
}

static unsigned final_register(const Emit *e, unsigned format, unsigned x) {
  if (!(x & REG_TEMP)) return x;
  if (names_raw(format)) return (x & ~(unsigned)REG_TEMP) + (unsigned)e->f->raw_types.count;
  if (names_ref(format)) return (x & ~(unsigned)REG_TEMP) + (unsigned)e->f->ref_types.count;
  return x;
}

void emit_finish(Emit *e) {
  for (size_t i = 0; i < e->f->code.count; i++) {
    uint64_t *w = &VEC_AT(&e->f->code, uint64_t, i);
    const OpcodeInfo *info = &opcode_info[insn_op(*w)];
    unsigned a = final_register(e, info->a, insn_a(*w));
    if (info->c == FMT_CONT) *w = insn_make_wide(insn_op(*w), a, insn_wide(*w));
    else *w = insn_make(insn_op(*w), a, final_register(e, info->b, insn_b(*w)), final_register(e, info->c, insn_c(*w)));
  }
}
