/* oldspace.c -- the old generation: cells by size class in blocks; large objects in a list of their own.
 *
 * A cell whose header is 0 is free.  After marking, all blocks and large objects wait in the `sweep` lists: there an object is dead when its mark differs from
 * heap->mark.  Sweeping takes them out one by one, when cells of their class are wanted, a few at each minor collection, and all before the next marking
 * (Hughes, "A semi-incremental garbage collection algorithm", 1982).  In the other lists everything with a header lives. */
#include "heap/internal.h"

#include <string.h>

enum { SWEEP_TRIES = 4 }; /* blocks swept for one cell before a new block is taken: bounds the pause */

/* Above 1024, what the largest block can be divided into without loss.  At most a quarter of a cell is lost. */
static const uint16_t class_size[GC_CLASSES] = {16,  24,  32,  40,  48,  56,   64,   72,   80,   88,   96,   104,  112,  120,  128,  160, 192, 224, 256,
                                                320, 384, 448, 512, 640, 768,  896,  1024, 1360, 1632, 2032, 2336, 2720, 3264, 4080, 5024, 6544, GC_SMALL_MAX};

static unsigned class_of(uint64_t size) {
  if (size <= 128) return (unsigned)(size / 8 - 2); /* sizes are multiples of 8 */
  unsigned c = 15;
  while (class_size[c] < size) c++;
  return c;
}

static Obj **link_of(Obj *cell) { return (Obj **)(void *)(cell + 1); }
static int lives(const GcHeap *h, const Obj *o) { return o->header && (o->header & OBJ_MARK) == h->mark; }

static void poison(Obj *cell, uint32_t size) {
#ifdef ORUS_DEBUG
  memset(cell + 2, GC_POISON, size - 2 * sizeof *cell);
#else
  (void)cell, (void)size;
#endif
}

/* -- blocks -- */

void *old_obtain(GcHeap *h, uint64_t size, size_t align) { return mark_reserve(h, h->stats.in_use + size) ? gc_obtain(h, size, align) : NULL; }

static int add_block(GcHeap *h, GcClass *k, uint32_t cell) {
  GcBlock *b = block_obtain(h);
  if (!b) return 0;
  b->next = k->blocks;
  b->cell = cell;
  b->cells = (uint32_t)((b->bytes - sizeof *b) / cell);
  k->blocks = b;
  for (uint32_t i = b->cells; i-- > 0;) { /* the first cell ends up in front */
    Obj *o = block_cell(b, i);
    o->header = 0;
    poison(o, cell);
    *link_of(o) = k->free;
    k->free = o;
  }
  return 1;
}

/* Links the cells of the block that are free now, in order, and returns the first; *end is the last link.  *live: how many are not free. */
static Obj *free_cells(GcHeap *h, GcBlock *b, Obj ***end, uint32_t *live) {
  Obj *first = NULL, **link = &first;
  *live = 0;
  *end = NULL;
  for (uint32_t i = 0; i < b->cells; i++) {
    Obj *o = block_cell(b, i);
    if (lives(h, o)) {
      ++*live;
      continue;
    }
    if (o->header) poison(o, b->cell);
    o->header = 0;
    *link = o;
    link = *end = link_of(o);
  }
  *link = NULL;
  return first;
}

/* Sweeps the next block of the class; an empty one is given back unless its cells are wanted. */
static void sweep_next(GcHeap *h, GcClass *k, int wanted) {
  GcBlock *b = k->sweep;
  uint32_t live;
  Obj **end, *first = free_cells(h, b, &end, &live);
  k->sweep = b->next;
  if (!live && !wanted) {
    block_release(h, b);
    return;
  }
  b->next = k->blocks;
  k->blocks = b;
  if (!first) return;
  *end = k->free;
  k->free = first;
}

/* -- large objects -- */

static uint64_t card_bytes(uint64_t header, uint64_t size) { return header & OBJ_CARDS ? cards_of((size - sizeof(ArrayObj)) / 8) : 0; }

static void release_large(GcHeap *h, GcLarge *l) {
  uint64_t bytes = sizeof *l + l->size + card_bytes(large_object(l)->header, l->size);
#ifdef ORUS_DEBUG
  memset(l + 1, GC_POISON, l->size);
#endif
  gc_release(h, l, bytes, 16);
}

static void sweep_large(GcHeap *h) {
  GcLarge *l = h->large_sweep;
  h->large_sweep = l->next;
  if (!lives(h, large_object(l))) {
    release_large(h, l);
    return;
  }
  l->next = h->large;
  h->large = l;
}

/* -- sweeping -- */

/* Large objects first: there are few, with much memory. */
int old_sweep(GcHeap *h, size_t steps) {
  for (; h->large_sweep; sweep_large(h))
    if (!steps--) return 0;
  for (unsigned c = 0; c < GC_CLASSES; c++)
    for (GcClass *k = &h->classes[c]; k->sweep; sweep_next(h, k, 0))
      if (!steps--) return 0;
  return 1;
}

/* The lists are empty before marking starts, so nothing is lost here. */
void old_start_sweep(GcHeap *h) {
  for (unsigned c = 0; c < GC_CLASSES; c++) {
    GcClass *k = &h->classes[c];
    k->sweep = k->blocks;
    k->blocks = NULL;
    k->free = NULL;
  }
  h->large_sweep = h->large;
  h->large = NULL;
}

/* -- allocation -- */

/* The same; what waits to be swept is given back first when there is none. */
static void *obtain(GcHeap *h, uint64_t size) {
  void *block = old_obtain(h, size, 16);
  if (block || old_sweep(h, 0)) return block;
  old_sweep(h, SIZE_MAX);
  return old_obtain(h, size, 16);
}

static Obj *large_alloc(GcHeap *h, uint64_t header, uint64_t size) {
  if (size > SIZE_MAX / 2) return NULL;
  uint64_t cards = card_bytes(header, size);
  GcLarge *l = obtain(h, sizeof *l + size + cards);
  if (!l) return NULL;
  *l = (GcLarge){.next = h->large, .size = size};
  memset(large_cards(l), 0, cards);
  h->large = l;
  return large_object(l);
}

static Obj *cell_alloc(GcHeap *h, uint64_t size) {
  unsigned c = class_of(size);
  GcClass *k = &h->classes[c];
  for (int i = 0; !k->free && k->sweep && i < SWEEP_TRIES; i++) sweep_next(h, k, 1);
  if (!k->free && !add_block(h, k, class_size[c])) {
    while (!k->free && k->sweep) sweep_next(h, k, 1);
    if (!k->free && !old_sweep(h, 0)) old_sweep(h, SIZE_MAX);
    if (!k->free && !add_block(h, k, class_size[c])) return NULL;
  }
  Obj *o = k->free;
  k->free = *link_of(o);
  return o;
}

uint64_t old_flags(const GcHeap *h, uint64_t header, uint64_t size) {
  uint64_t flags = OBJ_OLD | OBJ_BARRIER | h->mark;
  if (size <= h->small_max) return flags;
  return h->config.shapes[header >> 32].kind == GC_ARRAY_REF ? flags | OBJ_LARGE | OBJ_CARDS : flags | OBJ_LARGE;
}

Obj *old_alloc(GcHeap *h, uint64_t header, uint64_t size) {
  header = (header & ~(uint64_t)(OBJ_MARK | OBJ_AGE_MASK)) | old_flags(h, header, size);
  Obj *o = header & OBJ_LARGE ? large_alloc(h, header, size) : cell_alloc(h, size);
  if (!o) return NULL;
  o->header = header;
  h->old_bytes += size;
  h->marked_bytes += size; /* new objects are marked */
  return o;
}

/* -- all of them -- */

static void each_cell(GcHeap *h, GcBlock *b, void (*each)(GcHeap *h, Obj *o), int all) {
  for (uint32_t i = 0; i < b->cells; i++) {
    Obj *o = block_cell(b, i);
    if (all ? o->header != 0 : lives(h, o)) each(h, o);
  }
}

void old_each(GcHeap *h, void (*each)(GcHeap *h, Obj *o)) {
  for (unsigned c = 0; c < GC_CLASSES; c++) {
    for (GcBlock *b = h->classes[c].blocks; b; b = b->next) each_cell(h, b, each, 1);
    for (GcBlock *b = h->classes[c].sweep; b; b = b->next) each_cell(h, b, each, 0);
  }
  for (GcLarge *l = h->large; l; l = l->next) each(h, large_object(l));
  for (GcLarge *l = h->large_sweep; l; l = l->next)
    if (lives(h, large_object(l))) each(h, large_object(l));
}

static void free_blocks(GcHeap *h, GcBlock *b) {
  for (GcBlock *next; b; b = next) {
    next = b->next;
    block_release(h, b);
  }
}

static void free_larges(GcHeap *h, GcLarge *l) {
  for (GcLarge *next; l; l = next) {
    next = l->next;
    release_large(h, l);
  }
}

void old_free(GcHeap *h) {
  for (unsigned c = 0; c < GC_CLASSES; c++) {
    free_blocks(h, h->classes[c].blocks);
    free_blocks(h, h->classes[c].sweep);
  }
  free_larges(h, h->large);
  free_larges(h, h->large_sweep);
}
