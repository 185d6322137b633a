/* verify.h -- the security boundary: code that passes cannot corrupt memory, whatever wrote it.
 *
 * One linear pass over each function (docs/internals/machine.md: typed locals, block-local temporaries).  Trusts nothing but the OrbcModule,
 * which orbc_read() has checked.  Time is linear in the code plus calls times registers / 64; no allocation, no recursion.  Any thread.
 */
#ifndef ORUS_CODE_VERIFY_H
#define ORUS_CODE_VERIFY_H

#include "code/orbc.h"

/* Bytes of scratch memory that verify_module() needs for this module (8-byte aligned). */
size_t verify_scratch_size(const OrbcModule *module);

/* What the pass found out about an instruction, for the linker, which turns it into private code. */
enum { NOTE_BLOCK = (int)0x40000000 };  /* a block starts here */
enum { NOTE_JOIN = (int)0x20000000 };   /* never from the verifier: something jumps here, but the temporaries of the block live on (code/inline.h) */
enum { NOTE_TYPE = NOTE_JOIN - 1 };     /* mask: type of the object whose field is accessed or method called, of the elements accessed, of the operand converted; else 0 */

/* Checks all code of `module`.  `notes`, unless NULL, gets one note for each row of CODE.  `grants`: bit n set when the host grants kernel domain n.  Returns 1, or 0 with `report` filled: section CODE and
 * the row of the offending instruction, or another section and row when the fault is there. */
int verify_module(const OrbcModule *module, uint64_t grants, void *scratch, uint32_t *notes, LoadReport *report);

/* The same in parts, which together are all of it: that functions fit the methods that they implement, and each function.
 * `notes`, unless NULL, gets one for each instruction of it.  Scratch: verify_function_scratch(instructions of the function). */
int verify_impls(const OrbcModule *module, void *scratch, LoadReport *report);
int verify_function(const OrbcModule *module, const OrbcBody *body, uint64_t grants, void *scratch, uint32_t *notes, LoadReport *report);
size_t verify_function_scratch(uint32_t instructions);

/* Who wants to know what each instruction reads: its row in CODE, the bank (0 raw, 1 reference), the register and its static type.  Rows come in order. */
typedef struct VerifyObserver {
  void *ctx;
  void (*read)(void *ctx, uint32_t row, int ref, uint32_t reg, uint32_t type);
} VerifyObserver;

int verify_observed(const OrbcModule *module, uint64_t grants, void *scratch, uint32_t *notes, const VerifyObserver *observer, LoadReport *report);

#endif
