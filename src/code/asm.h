/* asm.h -- text to `.orbc`.  The language of the text is described in docs/assembler.md; dis_module() writes it.
 *
 * Invariant: an image that comes out passes orbc_read(); whether its code is sound is for the verifier to say.  Any bytes may go in: they are assembled
 * or refused, with the place.  Work is linear in the text; nothing is kept.  Any thread.
 */
#ifndef ORUS_CODE_ASM_H
#define ORUS_CODE_ASM_H

#include "heap/gc.h"

typedef enum AsmError {
  ASM_OK,
  ASM_SYNTAX,     /* something else was expected */
  ASM_NAME,       /* a name that nothing declares, that is declared twice, or is ambiguous */
  ASM_RANGE,      /* a number that does not fit */
  ASM_LIMIT,      /* a limit of limits.def */
  ASM_REFUSED,    /* assembled, but orbc_read() refuses the module */
  ASM_NO_MEMORY
} AsmError;

/* What went wrong and where.  Lines and columns (bytes) count from 1; 0 when there is no place. */
typedef struct AsmReport {
  AsmError error;
  uint32_t line, column;
  const char *message; /* static text, never NULL */
  const char *detail;  /* static text, never NULL: what the reader said */
  char token[40];      /* start of the text found there, as it stands; may be empty */
} AsmReport;

/* Assembles `size` bytes of `text`.  Returns 1 with an image that the caller frees (memory.free, `*image_size` bytes, alignment 8), or 0 with `report`
 * filled. */
int asm_assemble(const char *text, size_t size, GcMemory memory, void **image, size_t *image_size, AsmReport *report);

#endif
