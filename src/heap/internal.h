/* internal.h -- what the files of the collector share; only their tests include it, too.
 *
 * gc.c      entry points, policy          nursery.c  minor collections
 * oldspace.c  cells, blocks, large objects, sweeping      mark.c  marking, weak references, handles
 * chunk.c   memory of blocks                   remember.c  remembered set, cards
 * verify_heap.c
 */
#ifndef ORUS_HEAP_INTERNAL_H
#define ORUS_HEAP_INTERNAL_H

#include "heap/gc.h"

enum {
  GC_MAX_BLOCK = 65536,    /* bytes of a block, header included; less under a small limit */
  GC_MIN_BLOCK = 2048,
  GC_SMALL_MAX = 8176,     /* larger objects come straight from GcMemory */
  GC_MIN_NURSERY = 4096,
  GC_ZERO_STRIDE = 32768,  /* the nursery is zeroed this far ahead, */
  GC_FIRST_STRIDE = 4096,  /* at first less: as far as it was used, so that a short run touches little memory */
  GC_MIN_FULL = 4 << 20    /* least growth of the old space between full collections; a sixteenth of the limit when that is less */
};

enum { GC_POISON = 0xdb }; /* debug builds: bytes of what was freed or left */

/* Sizes of both heads are multiples of 16. */
struct GcBlock {
  GcBlock *next;
  uint32_t cell, cells; /* bytes of a cell, how many */
  uint64_t bytes;       /* of the block */
  GcChunk *chunk;       /* that it is a part of; NULL: none */
};

struct GcLarge {
  GcLarge *next;
  uint64_t size;    /* of the object */
  uint32_t scanned; /* while marking: elements that are done */
  uint32_t remembered;         /* cards only: whether it is in the remembered set */
  uint32_t dirty_from, dirty_to; /* cards only: no dirty card outside */
};

/* Behind a large array of references stands a byte for each 128 of them: whether the card was stored into since it last held no young reference. */
enum { GC_CARD = 128 };

static inline Obj *block_cell(GcBlock *b, uint32_t i) { return (Obj *)(void *)((char *)(b + 1) + (size_t)i * b->cell); }

static inline Obj *large_object(GcLarge *l) { return (Obj *)(void *)(l + 1); }
static inline uint8_t *large_cards(GcLarge *l) { return (uint8_t *)(l + 1) + l->size; }
static inline uint32_t cards_of(uint64_t elements) { return (uint32_t)((elements + GC_CARD - 1) / GC_CARD); }
static inline GcLarge *large_of(Obj *o) { return (GcLarge *)(void *)o - 1; }
static inline const GcShape *shape_of(const GcHeap *h, const Obj *o) { return &h->config.shapes[obj_type(o)]; }

static inline uint64_t array_bytes(const GcShape *s, uint32_t length) { return (16 + ((uint64_t)length << s->elem_shift) + 7) & ~(uint64_t)7; }

/* Bytes that the object takes, a multiple of 8 and at least 16. */
static inline uint64_t object_bytes(const GcHeap *h, const Obj *o) {
  const GcShape *s = shape_of(h, o);
  if (s->kind == GC_ARRAY_RAW || s->kind == GC_ARRAY_REF) return array_bytes(s, ((const ArrayObj *)o)->length);
  return s->size;
}

/* The strong references of an object: first slot and how many. */
static inline Obj **object_refs(const GcHeap *h, Obj *o, size_t *count) {
  const GcShape *s = shape_of(h, o);
  if (s->kind == GC_FIXED) return *count = s->refs, obj_refs(o);
  *count = s->kind == GC_ARRAY_REF ? ((ArrayObj *)o)->length : 0;
  return array_data((ArrayObj *)o);
}

static inline int in_half(const GcHeap *h, unsigned half, const Obj *o) { return (uintptr_t)o - (uintptr_t)h->space[half] < h->size[half]; }
static inline int is_young(const GcHeap *h, const Obj *o) { return in_half(h, 0, o) || in_half(h, 1, o); }

/* gc.c */
void *gc_obtain(GcHeap *h, size_t size, size_t align); /* within the limit, or NULL */
void gc_release(GcHeap *h, void *block, size_t size, size_t align);
int gc_table_push(GcHeap *h, GcTable *t, Obj *o); /* 0: no memory */
int gc_table_grow(GcHeap *h, GcTable *t, size_t room); /* 0: no memory, and the table is as before */

/* chunk.c */
GcBlock *block_obtain(GcHeap *h); /* of h->block_bytes, which are set, or NULL; with memory for marking what will be in it */
void block_release(GcHeap *h, GcBlock *b);

/* oldspace.c */
void *old_obtain(GcHeap *h, uint64_t size, size_t align);            /* memory for objects of that many bytes and for marking them, or NULL */
Obj *old_alloc(GcHeap *h, uint64_t header, uint64_t size);           /* only the header is set; or NULL; never collects */
uint64_t old_flags(const GcHeap *h, uint64_t header, uint64_t size); /* collector's bits of a new old object of that type and size */
int old_sweep(GcHeap *h, size_t steps);              /* sweeps that many blocks or large objects; whether all are swept now */
void old_start_sweep(GcHeap *h);                     /* after marking */
void old_free(GcHeap *h);
void old_each(GcHeap *h, void (*each)(GcHeap *h, Obj *o)); /* every object that is not known to be dead */

/* nursery.c */
void nursery_collect(GcHeap *h, int promote_all);
void nursery_visit(GcHeap *h, Obj **slots, size_t count);

/* remember.c */
void remember_scan_all(GcHeap *h);          /* evacuates what the remembered objects refer to */
int remember_scan(GcHeap *h, Obj *o);       /* the same for one; whether it still has young references */

/* mark.c.  All right behind a minor collection. */
void mark_begin(GcHeap *h);                     /* all must be swept */
int mark_step(GcHeap *h, uint64_t budget);      /* marks about that many bytes; 1: that was the end of it */
void mark_collect(GcHeap *h);                   /* in one go */
void mark_visit(GcHeap *h, Obj **slots, size_t count);
int mark_reserve(GcHeap *h, uint64_t bytes);    /* memory for marking a heap of that many bytes; 0: there is none */

#endif
