/* gc.h -- the collector of one isolate: copying nursery, mark-sweep old space, one write barrier.
 *
 * Invariant: every reference in a root, handle scope or reachable object is NULL or points to a live object of this heap; every old object that holds
 * a young reference is remembered.  All calls may fail for want of memory and say so; none aborts.  One thread at a time.
 *
 * Cheney, "A nonrecursive list compacting algorithm", 1970; Ungar, "Generation scavenging", 1984; Jones, Hosking, Moss, "The Garbage Collection
 * Handbook", 2012, chapters 2, 9, 11.
 */
#ifndef ORUS_HEAP_GC_H
#define ORUS_HEAP_GC_H

#include "heap/object.h"

typedef struct GcHeap GcHeap;

/* Where memory comes from.  alloc: NULL on failure, contents undefined. */
typedef struct GcMemory {
  void *ctx;
  void *(*alloc)(void *ctx, size_t size, size_t align);
  void (*free)(void *ctx, void *block, size_t size, size_t align);
} GcMemory;

typedef struct GcConfig {
  GcMemory memory;
  const GcShape *shapes; /* by type index */
  uint32_t shapes_count; /* for the verifier; 0: not known */
  uint64_t heap_limit;   /* bytes, all of the collector's own tables included */
  uint32_t nursery_bytes;  /* of one half; 0: 1 MiB; less when the limit is below 16 times that */
  int incremental;         /* full collections that nobody asked for are made in steps, at minor collections */
  uint32_t step_bytes;     /* least work of a step; 0: 128 KiB */
  int32_t threshold_percent; /* growth of the old space that starts a full collection; 0: 100 */
  void *ctx;               /* of the callbacks */
  void (*roots)(void *ctx, GcHeap *heap);        /* calls gc_visit for all roots */
  void (*close)(void *ctx, int64_t handle);      /* the owner of a kernel handle died */
  uint64_t (*now_ns)(void *ctx);                 /* for pause times; may be NULL */
} GcConfig;

enum { GC_PAUSE_BUCKETS = 40 };

typedef struct GcStats {
  uint64_t minor, full;          /* collections */
  uint64_t steps;                /* of incremental marking */
  uint64_t rescans;              /* times that all objects were gone through because the mark stack could not grow */
  uint64_t allocated;            /* bytes ever */
  uint64_t live;                 /* bytes after the last full collection */
  uint64_t in_use;               /* bytes obtained from GcMemory */
  uint64_t in_use_max;           /* the most that in_use ever was */
  uint64_t promoted;             /* bytes ever */
  uint64_t pause_max_ns, pause_total_ns;
  /* How many pauses took from 2^i to 2^(i+1) - 1 ns; of minor collections, steps of marking included, and of those that ended or made a full one. */
  uint64_t minor_pauses[GC_PAUSE_BUCKETS], full_pauses[GC_PAUSE_BUCKETS];
} GcStats;

/* References held by C code: slots in a chain of scopes, newest first. */
typedef struct GcScope {
  struct GcScope *outer;
  Obj *slots[6];
} GcScope;

typedef struct GcBlock GcBlock;
typedef struct GcChunk GcChunk;
typedef struct GcLarge GcLarge;

enum { GC_CLASSES = 37 };

typedef struct GcClass {
  GcBlock *blocks, *sweep; /* those that are swept; those that wait for it */
  Obj *free;               /* free cells, linked through their second word */
} GcClass;

typedef struct GcTable {
  Obj **rows;
  size_t count, room;
} GcTable;

struct GcHeap {
  char *top, *limit; /* bump pointer; memory between them is zero */
  char *nursery_end;
  GcConfig config;
  char *space[2];
  uint32_t size[2];    /* bytes of each; objects are made in no more than the lesser */
  uint32_t half;       /* what the sizes should be; a new limit changes them at the next collections */
  uint32_t block_bytes, small_max; /* of new blocks of the old space; largest object that goes into one */
  uint32_t current;    /* which half objects are made in */
  char *fresh;         /* objects from here on were made since the last collection */
  char *survivors;     /* while collecting: bump pointer in the other half */
  Obj *promoted;       /* while collecting: promoted objects that are not scanned yet */
  GcClass classes[GC_CLASSES];
  GcLarge *large, *large_sweep;
  GcChunk *chunks;     /* those that have free blocks */
  GcTable remembered, stack;
  GcTable weak[2], handles[2]; /* [0]: what a minor collection must look at; [1]: old ones (of weak references: with old targets) */
  GcScope *scope;
  uint64_t mark;       /* value of OBJ_MARK that means marked, in the last full collection */
  uint64_t old_bytes;  /* of old objects; those that died since the last marking are counted, those that it found dead are not */
  uint64_t marked_bytes, next_full;
  uint64_t debt, paced; /* while marking: work that allocation asked for and that is not done; old bytes at the last step */
  int promote_all, enabled;
  uint32_t eager;      /* minor collections that are still to promote at once: see nursery.c */
  uint64_t aged;       /* bytes of young objects that have survived one */
  int marking, mark_young; /* marking is under way; of young objects too */
  void (*visit)(GcHeap *heap, Obj **slots, size_t count); /* what gc_visit does now */
  uint64_t stress;     /* collections of the stress build */
  uint64_t unstressed; /* allocations since the last one */
  struct GcCheck *check; /* while verifying */
  int remembered_lost, stack_lost; /* a table could not grow: look at everything instead */
  GcStats stats;
};

int gc_init(GcHeap *heap, const GcConfig *config);
void gc_free(GcHeap *heap); /* closes live handles, returns all memory */

/* Slow paths. */
Obj *gc_alloc_slow(GcHeap *heap, uint64_t header, uint32_t size);
void gc_write_slow(GcHeap *heap, Obj *owner);
void gc_write_elements_slow(GcHeap *heap, ArrayObj *owner, size_t first, size_t count);

/* The fast path: a zeroed object of `size` bytes, or NULL when the nursery must be seen to. */
static inline Obj *gc_alloc_fast(GcHeap *heap, uint64_t header, uint32_t size) {
#ifndef ORUS_STRESS
  char *at = heap->top;
  if ((size_t)(heap->limit - at) >= size) {
    heap->top = at + size;
    ((Obj *)(void *)at)->header = header;
    return (Obj *)(void *)at;
  }
#endif
  return NULL;
}

/* A zeroed object of `size` bytes; NULL: out of memory, also after a full collection. */
static inline Obj *gc_alloc(GcHeap *heap, uint64_t header, uint32_t size) {
  Obj *o = gc_alloc_fast(heap, header, size);
  return o ? o : gc_alloc_slow(heap, header, size);
}

/* A zeroed array of array type `type`. */
ArrayObj *gc_alloc_array(GcHeap *heap, uint32_t type, uint32_t length);

/* To be called after a reference was stored into `owner`. */
static inline void gc_wrote(GcHeap *heap, Obj *owner) {
  if (owner->header & OBJ_BARRIER) gc_write_slow(heap, owner);
}

/* The same after references were stored into elements of an array: of a large one only their neighbourhood is looked at by the next minor collection. */
static inline void gc_wrote_elements(GcHeap *heap, ArrayObj *owner, size_t first, size_t count) {
  if (owner->header & OBJ_BARRIER) gc_write_elements_slow(heap, owner, first, count);
}

/* Weak references and handles must be registered when they are made.  May collect, so the object is returned (NULL: no memory, also after that), and the
 * target of a weak reference is to be stored afterwards. */
Obj *gc_register_weak(GcHeap *heap, Obj *weak);
Obj *gc_register_handle(GcHeap *heap, Obj *handle);

/* Settings that may change at any time outside a collection; nothing moves.  A limit below what is in use: nothing new is obtained until enough died. */
void gc_set_limit(GcHeap *heap, uint64_t bytes);
void gc_set_threshold(GcHeap *heap, int32_t percent);

/* Collects; moves all young objects.  `full`: the old space too, all of it at once.  Always possible: what cannot be promoted for want of memory stays young. */
void gc_collect(GcHeap *heap, int full);

/* From the roots callback: reads and updates each slot. */
void gc_visit(GcHeap *heap, Obj **slots, size_t count);

static inline void gc_scope_open(GcHeap *heap, GcScope *scope) {
  *scope = (GcScope){heap->scope, {0}};
  heap->scope = scope;
}
static inline void gc_scope_close(GcHeap *heap, GcScope *scope) { heap->scope = scope->outer; }

void gc_stats(const GcHeap *heap, GcStats *stats);

/* The first thing wrong with the heap as static text, NULL when all is well.  Every reference in a root, scope, young or old object must be the start of
 * an object of this heap that is alive as far as the collector knows; remembered set, marks, free cells and tables must be in order.  Needs memory of its
 * own, outside the limit; gc_verify_no_memory when there is none. */
const char *gc_verify(GcHeap *heap);
extern const char gc_verify_no_memory[];

#endif
