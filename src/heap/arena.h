/* arena.h -- memory that is given back all at once, or back to a mark: for compilers and linkers, whose data dies together.
 *
 * Invariant: blocks are in a list, newest first; only the newest has room that is still handed out.  A mark is valid until the arena is reset to an earlier one or freed.
 * Owned by one thread.  Hanson, "Fast allocation and deallocation of memory based on object lifetimes", 1990.
 */
#ifndef ORUS_HEAP_ARENA_H
#define ORUS_HEAP_ARENA_H

#include "heap/gc.h"

typedef struct HeapArenaBlock HeapArenaBlock;

typedef struct HeapArena {
  GcMemory memory;
  HeapArenaBlock *block;
  size_t next_bytes; /* of the next block; doubles up to a bound */
  size_t total;      /* bytes obtained from memory */
} HeapArena;

typedef struct HeapArenaMark {
  HeapArenaBlock *block;
  size_t used;
} HeapArenaMark;

/* Obtains nothing yet.  first_bytes: of the first block; 0: 4 KiB. */
void heap_arena_init(HeapArena *arena, GcMemory memory, size_t first_bytes);

/* Zeroed bytes at a multiple of `align`, a power of two; size 0 gives an address, too.  NULL: no memory, and the arena is as before. */
void *heap_arena_alloc(HeapArena *arena, size_t size, size_t align);

/* What is allocated after the mark goes at the reset; what was before it stays where it is. */
HeapArenaMark heap_arena_mark(const HeapArena *arena);
void heap_arena_reset(HeapArena *arena, HeapArenaMark mark);

/* Gives everything back; the arena may be used again. */
void heap_arena_free(HeapArena *arena);

#endif
