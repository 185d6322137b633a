/* oldspace.c -- the old generation: cells by size class in aligned blocks, swept when cells are wanted; large objects in a list.
 *
 * A cell whose header is 0 is free.  An object is dead when its mark differs from heap->mark and its block is not swept yet. */
#include "heap/internal.h"

#include <string.h>

static const uint16_t class_size[GC_CLASSES] = {16,  32,  48,  64,  80,  96,  112, 128,  160,  192,  224,  256,
                                                320, 384, 448, 512, 640, 768, 896, 1024, 1360, 2720, 4080, 8192};

static unsigned class_of(uint64_t size) {
  if (size <= 128) return (unsigned)((size + 15) / 16 - 1);
  unsigned c = 8;
  while (class_size[c] < size) c++;
  return c;
}

static char *first_cell(GcBlock *b) { return (char *)(b + 1) + 8; }
static Obj **link_of(Obj *cell) { return (Obj **)(void *)(cell + 1); }

static void free_cell(GcClass *k, Obj *cell, uint32_t size) {
  memset(cell, 0, size);
  *link_of(cell) = k->free;
  k->free = cell;
}

/* Frees the dead cells of one block; returns how many. */
static uint32_t sweep_block(GcHeap *h, GcClass *k, GcBlock *b) {
  uint32_t freed = 0;
  char *at = first_cell(b);
  for (uint32_t i = 0; i < b->cells; i++, at += b->cell) {
    Obj *o = (Obj *)(void *)at;
    if (!o->header || (o->header & OBJ_MARK) == h->mark) continue;
    free_cell(k, o, b->cell);
    h->old_bytes -= b->cell;
    freed++;
  }
  return freed;
}

static int add_block(GcHeap *h, GcClass *k, uint32_t cell) {
  GcBlock *b = gc_obtain(h, GC_BLOCK_BYTES, 16);
  if (!b) return 0;
  memset(b, 0, GC_BLOCK_BYTES);
  b->cell = cell;
  b->cells = (uint32_t)((GC_BLOCK_BYTES - sizeof *b - 8) / cell);
  b->next = k->blocks;
  k->blocks = b;
  for (uint32_t i = b->cells; i-- > 0;) { /* the first cell ends up in front */
    Obj *o = (Obj *)(void *)(first_cell(b) + (size_t)i * cell);
    *link_of(o) = k->free;
    k->free = o;
  }
  return 1;
}

static Obj *large_alloc(GcHeap *h, uint64_t size) {
  if (size > SIZE_MAX / 2) return NULL;
  GcLarge *l = gc_obtain(h, sizeof *l + size, 16);
  if (!l) return NULL;
  memset(l, 0, sizeof *l + size);
  l->size = size;
  l->next = h->large;
  h->large = l;
  h->old_bytes += size;
  return large_object(l);
}

Obj *old_alloc(GcHeap *h, uint64_t size) {
  if (size > GC_SMALL_MAX) return large_alloc(h, size);
  unsigned c = class_of(size);
  GcClass *k = &h->classes[c];
  while (!k->free && k->sweep) {
    GcBlock *b = k->sweep;
    k->sweep = b->next;
    sweep_block(h, k, b);
  }
  if (!k->free && !add_block(h, k, class_size[c])) return NULL;
  Obj *o = k->free;
  k->free = *link_of(o);
  *link_of(o) = NULL;
  h->old_bytes += class_size[c];
  return o;
}

void old_sweep_all(GcHeap *h) {
  for (unsigned c = 0; c < GC_CLASSES; c++) {
    GcClass *k = &h->classes[c];
    for (; k->sweep; k->sweep = k->sweep->next) sweep_block(h, k, k->sweep);
  }
}

/* Whether nothing in the block lives: then it is given back without touching the free list, which is rebuilt anyway. */
static int block_is_dead(const GcHeap *h, GcBlock *b) {
  const char *at = first_cell(b);
  for (uint32_t i = 0; i < b->cells; i++, at += b->cell) {
    uint64_t header = ((const Obj *)(const void *)at)->header;
    if (header && (header & OBJ_MARK) == h->mark) return 0;
  }
  return 1;
}

static uint64_t used_bytes(GcBlock *b) {
  uint64_t used = 0;
  const char *at = first_cell(b);
  for (uint32_t i = 0; i < b->cells; i++, at += b->cell)
    if (((const Obj *)(const void *)at)->header) used += b->cell;
  return used;
}

static void sweep_large(GcHeap *h) {
  for (GcLarge **at = &h->large; *at;) {
    GcLarge *l = *at;
    if ((large_object(l)->header & OBJ_MARK) == h->mark) {
      at = &l->next;
      continue;
    }
    *at = l->next;
    h->old_bytes -= l->size;
    gc_release(h, l, sizeof *l + l->size, 16);
  }
}

/* Empty blocks go back at once; the others wait in `sweep` until cells of their class are wanted. */
void old_start_sweep(GcHeap *h) {
  for (unsigned c = 0; c < GC_CLASSES; c++) {
    GcClass *k = &h->classes[c];
    k->free = NULL;
    for (GcBlock **at = &k->blocks; *at;) {
      GcBlock *b = *at;
      if (!block_is_dead(h, b)) {
        at = &b->next;
        continue;
      }
      *at = b->next;
      h->old_bytes -= used_bytes(b);
      gc_release(h, b, GC_BLOCK_BYTES, 16);
    }
    k->sweep = k->blocks;
    for (GcBlock *b = k->blocks; b; b = b->next) { /* cells that were free already */
      char *at = first_cell(b);
      for (uint32_t i = 0; i < b->cells; i++, at += b->cell) {
        Obj *o = (Obj *)(void *)at;
        if (o->header) continue;
        *link_of(o) = k->free;
        k->free = o;
      }
    }
  }
  sweep_large(h);
}

void old_each(GcHeap *h, void (*each)(GcHeap *h, Obj *o)) {
  for (unsigned c = 0; c < GC_CLASSES; c++)
    for (GcBlock *b = h->classes[c].blocks; b; b = b->next) {
      char *at = first_cell(b);
      for (uint32_t i = 0; i < b->cells; i++, at += b->cell)
        if (((Obj *)(void *)at)->header) each(h, (Obj *)(void *)at);
    }
  for (GcLarge *l = h->large; l; l = l->next)
    if (large_object(l)->header) each(h, large_object(l));
}

void old_free(GcHeap *h) {
  for (unsigned c = 0; c < GC_CLASSES; c++)
    for (GcBlock *b = h->classes[c].blocks, *next; b; b = next) {
      next = b->next;
      gc_release(h, b, GC_BLOCK_BYTES, 16);
    }
  for (GcLarge *l = h->large, *next; l; l = next) {
    next = l->next;
    gc_release(h, l, sizeof *l + l->size, 16);
  }
}
