/* emit.h -- the code of one function while it is being made: registers, labels, instructions.
 *
 * While a function is open, register operands are local numbers or REG_TEMP | temporary number; emit_finish() turns them into final numbers, because temporaries
 * stand behind the locals.  Temporaries are used like a stack and die at every label and jump. */
#ifndef STAGE0_EMIT_H
#define STAGE0_EMIT_H

#include "sema.h"

enum { REG_TEMP = 0x8000, REG_NONE = -1 };

typedef struct Label {
  int at; /* -1: not placed */
  Vec jumps; /* uint32_t positions */
} Label;

typedef struct FreeLocal {
  uint32_t type, reg;
} FreeLocal;

typedef struct Emit {
  Compiler *c;
  Function *f;
  unsigned raw_temp, ref_temp; /* temporaries in use */
  Vec free; /* FreeLocal */
  Place at; /* where the next instruction comes from */
  int dead; /* nothing reaches this point */
  uint32_t label; /* where the last label was placed */
} Emit;

void emit_open(Emit *e, Compiler *c, Function *f);
void emit_finish(Emit *e); /* resolves registers */
uint32_t emit(Emit *e, unsigned op, int a, int b, int c); /* returns the position */
uint32_t emit_wide(Emit *e, unsigned op, int a, uint32_t wide);
void emit_jump(Emit *e, unsigned op, int a, Label *to);
void label_open(Label *l);
void label_place(Emit *e, Label *l);
int emit_local(Emit *e, uint32_t machine_type);          /* a local of that type, maybe used before */
void emit_local_free(Emit *e, uint32_t machine_type, int reg);
int emit_temp(Emit *e, int is_raw);
uint32_t emit_here(const Emit *e);
void emit_drop_unreachable(Emit *e); /* takes back an OP_UNREACHABLE that was just emitted */
/* Makes the last instruction write `to` instead of temporary `from`, which nobody reads any more; 0: it cannot. */
int emit_retarget(Emit *e, int is_raw, int to, int from);

#endif
