/* prelinked.h -- private code of functions that was made when the executable was built, so that tools start without linking what they run.
 *
 * It belongs to one image, as the first module of a program: only then the numbers in it are right.  The host vouches for it as for the image, so nothing in it is
 * looked at.  64-bit words: the checksum of the image; the number of its functions, and POP_END in the high half, by which code for another machine is known; then
 * for each function, two to a word, where its block begins, counted in words, or 0; and the blocks:
 *
 *   length, constants                            32 bits each, the first one in the low half
 *   handlers, raw_total (16 bits), ref_total (16)
 *   raw_zero (16), ref_zero (16)
 *   code, constants, and the four numbers of each handler in two words
 */
#ifndef ORUS_CODE_PRELINKED_H
#define ORUS_CODE_PRELINKED_H

#include "code/inline.h"

/* What may be used of `words` for the image, which is that of the module, as the first of a program; NULL: nothing. */
const uint64_t *prelinked_check(const uint64_t *words, const void *image, const OrbcModule *module);

/* Fills code, constants, handlers and head of the draft; 0: there is no code for the function, or no memory. */
int prelinked_get(const Func *func, CodeDraft *draft);

/* Appends the block of a linked function to `words` (uint64_t).  0: no memory. */
int prelinked_put(const Func *func, CodeVec *words);

#endif
