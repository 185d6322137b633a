/* dis.h -- a module as assembler text (docs/assembler.md).
 *
 * Invariant: asm_assemble() makes of the text the very image that the module was read from.  The module must have passed orbc_read(); its code may be
 * anything, what is no instruction comes out as a `word`.  Time and text are linear in the module.  Nothing is kept; any thread.
 */
#ifndef ORUS_CODE_DIS_H
#define ORUS_CODE_DIS_H

#include "code/orbc.h"
#include "code/text.h"

/* Appends the text to `out`.  0: not enough memory. */
int dis_module(const OrbcModule *module, GcMemory memory, CodeText *out);

/* One instruction at a time, for traces and debuggers.  The module must outlive what dis_open() gives; NULL: not enough memory. */
typedef struct Dis Dis;
Dis *dis_open(const OrbcModule *module, GcMemory memory);
void dis_close(Dis *dis);

/* Appends instruction `pc` of the module's own function `function` as dis_module() writes it; a label is L and its position. */
void dis_instruction(Dis *dis, uint32_t function, uint32_t pc, CodeText *out);

#endif
