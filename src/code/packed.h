/* packed.h -- the functions of an image in a third of the bytes: rows, types of locals, handlers, code, places and names, one function behind the other, so that
 * each is read by itself when somebody wants it.
 *
 * What is built into the executable is stored so (prelinked.h).  It is made of a checked image and gives the same image again, byte for byte.  What it says is
 * checked like the rows of a file (orbc_check_body, verify.h); reading it stays within its bytes, whatever they are.  Read-only; any thread.
 *
 * A number has 7 bits a byte, low ones first, the last byte below 128; one with a sign stands for 2n, or -2n - 1 when it is negative.  A function is:
 *
 *   type closure code name file raw_locals ref_locals raw_temps ref_temps handlers lines local_names     as in OrbcFunction
 *   a type for each local; start, end - start, target, reg of each handler
 *   pc less the one before, line less the one before with a sign, and column of each OrbcLine; name, bank, reg, start, end of each OrbcLocal
 *   instructions: the opcode's byte and a number for each operand that it has, with a sign for IMM16, IMM32 and JUMP; bytes above the opcodes are the
 *   commonest instructions, which stand in a table
 */
#ifndef ORUS_CODE_PACKED_H
#define ORUS_CODE_PACKED_H

#include "code/opcode.h"
#include "code/orbc.h"
#include "code/vec.h"

enum { PACKED_COMMON = 256 - OP_COUNT };

typedef struct Packed {
  uint32_t functions, bytes;
  uint64_t common[PACKED_COMMON];
  uint32_t starts[]; /* of each function in the bytes, which stand behind */
} Packed;

/* The sections that are packed, and so are missing in the rest of the image. */
#define IS_PACKED(section)                                                                                                                          \
  ((section) == ORBC_FUNCTIONS || (section) == ORBC_LOCAL_TYPES || (section) == ORBC_HANDLERS || (section) == ORBC_CODE || (section) == ORBC_LINES || \
   (section) == ORBC_LOCALS)

/* Appends the functions of a checked module to `words` (uint64_t).  0: no memory. */
int packed_put(const OrbcModule *module, CodeVec *words);

/* The row of a function, with 0 for where its parts begin.  0: the bytes are damaged, and all of it is 0. */
int packed_row(const Packed *packed, uint32_t function, OrbcFunction *row);

/* What others ask of a function. */
typedef struct OrbcSignature {
  uint32_t type, closure, code; /* as in OrbcFunction */
} OrbcSignature;

OrbcSignature packed_signature(const Packed *packed, uint32_t function);

/* The same of a module, packed or not, by its number among the own functions; of the row, `room` is for one that is packed. */
static inline OrbcSignature orbc_signature(const OrbcModule *m, uint32_t function) {
  if (m->packed) return packed_signature(m->packed, function);
  const OrbcFunction *f = &m->functions[function];
  return (OrbcSignature){f->type, f->closure, f->code};
}

static inline const OrbcFunction *orbc_function(const OrbcModule *m, uint32_t function, OrbcFunction *room) {
  if (!m->packed) return &m->functions[function];
  packed_row(m->packed, function, room);
  return room;
}

/* What the machine needs of a function, in `room`: packed_room() bytes, 8-byte aligned.  0: the bytes are damaged. */
size_t packed_room(const OrbcFunction *row);
int packed_body(const Packed *packed, uint32_t function, void *room, OrbcBody *body);

/* The source position of an instruction; 0 when unknown. */
void packed_position(const Packed *packed, uint32_t function, uint32_t pc, uint32_t *line, uint32_t *column);

/* The image that the functions and the rest were made of, in memory of its own that the caller frees, 8-byte aligned.  1; 0: no memory; -1: they are damaged. */
int packed_image(const Packed *packed, const void *rest, GcMemory memory, void **image, size_t *size);

#endif
