/* arena.c -- a bump pointer in blocks that double in size. */
#include "heap/arena.h"

#include "heap/internal.h"

#include <string.h>

enum { FIRST_BYTES = 4096, MOST_BYTES = 1 << 20 };

struct HeapArenaBlock {
  HeapArenaBlock *next;
  size_t used, room; /* of the bytes behind this head */
  size_t unused;
};

static char *bytes_of(HeapArenaBlock *b) { return (char *)(b + 1); }

/* Where `size` bytes would begin in the block; SIZE_MAX when they do not fit. */
static size_t place(HeapArenaBlock *b, size_t size, size_t align) {
  uintptr_t at = (uintptr_t)bytes_of(b) + b->used;
  size_t start = b->used + (size_t)(-at & (align - 1));
  return start <= b->room && size <= b->room - start ? start : SIZE_MAX;
}

static HeapArenaBlock *add_block(HeapArena *a, size_t size, size_t align) {
  if (size > SIZE_MAX / 2 || align > SIZE_MAX / 4) return NULL;
  size_t least = size + align, room = least > a->next_bytes ? least : a->next_bytes;
  HeapArenaBlock *b = a->memory.alloc(a->memory.ctx, sizeof *b + room, 16);
  if (!b && room > least) b = a->memory.alloc(a->memory.ctx, sizeof *b + (room = least), 16);
  if (!b) return NULL;
  *b = (HeapArenaBlock){.next = a->block, .room = room};
  a->block = b;
  a->total += sizeof *b + room;
  if (a->next_bytes < MOST_BYTES) a->next_bytes *= 2;
  return b;
}

static void drop_block(HeapArena *a) {
  HeapArenaBlock *b = a->block;
  a->block = b->next;
  a->total -= sizeof *b + b->room;
  a->memory.free(a->memory.ctx, b, sizeof *b + b->room, 16);
}

void heap_arena_init(HeapArena *a, GcMemory memory, size_t first_bytes) {
  *a = (HeapArena){.memory = memory, .next_bytes = first_bytes ? first_bytes : FIRST_BYTES};
}

void *heap_arena_alloc(HeapArena *a, size_t size, size_t align) {
  size_t start = a->block ? place(a->block, size, align) : SIZE_MAX;
  if (start == SIZE_MAX) {
    if (!add_block(a, size, align)) return NULL;
    start = place(a->block, size, align);
  }
  a->block->used = start + size;
  return memset(bytes_of(a->block) + start, 0, size);
}

HeapArenaMark heap_arena_mark(const HeapArena *a) { return (HeapArenaMark){a->block, a->block ? a->block->used : 0}; }

void heap_arena_reset(HeapArena *a, HeapArenaMark mark) {
  while (a->block != mark.block) drop_block(a);
  if (!a->block) return;
#ifdef ORUS_DEBUG
  memset(bytes_of(a->block) + mark.used, GC_POISON, a->block->used - mark.used);
#endif
  a->block->used = mark.used;
}

void heap_arena_free(HeapArena *a) { heap_arena_reset(a, (HeapArenaMark){NULL, 0}); }
