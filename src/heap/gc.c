/* gc.c -- entry points of the collector and its policy: when to collect what, and when to give up. */
#include "heap/internal.h"

#include <string.h>

enum {
  SWEEP_STEPS = 8,   /* blocks swept at a minor collection, wanted or not: the memory of the dead goes back soon */
  SWEEP_HASTE = 32,  /* the same when the next marking is due */
  PACE = 8,          /* bytes marked for a byte of new old objects: the heap grows by at most an eighth while marking is under way */
  STEP_CAP = 4,      /* a step does at most that many times its least work, unless far behind */
  STEP_BYTES = 128 << 10
};

/* -- memory within the limit -- */

void *gc_obtain(GcHeap *h, size_t size, size_t align) {
  if (h->stats.in_use + size > h->config.heap_limit) return NULL;
  void *block = h->config.memory.alloc(h->config.memory.ctx, size, align);
  if (!block) return NULL;
  h->stats.in_use += size;
  if (h->stats.in_use > h->stats.in_use_max) h->stats.in_use_max = h->stats.in_use;
  return block;
}

void gc_release(GcHeap *h, void *block, size_t size, size_t align) {
  if (!block) return;
  h->config.memory.free(h->config.memory.ctx, block, size, align);
  h->stats.in_use -= size;
}

int gc_table_grow(GcHeap *h, GcTable *t, size_t room) {
  Obj **rows = gc_obtain(h, room * sizeof *rows, 16);
  if (!rows) return 0;
  if (t->count) memcpy(rows, t->rows, t->count * sizeof *rows);
  gc_release(h, t->rows, t->room * sizeof *rows, 16);
  t->rows = rows;
  t->room = room;
  return 1;
}

int gc_table_push(GcHeap *h, GcTable *t, Obj *o) {
  if (t->count == t->room && !gc_table_grow(h, t, t->room ? t->room * 2 : 32)) return 0;
  t->rows[t->count++] = o;
  return 1;
}

static void free_table(GcHeap *h, GcTable *t) {
  gc_release(h, t->rows, t->room * sizeof *t->rows, 16);
  *t = (GcTable){0};
}

/* -- opening and closing -- */

static uint64_t least_growth(const GcHeap *h) { return h->config.heap_limit / 16 < GC_MIN_FULL ? h->config.heap_limit / 16 : GC_MIN_FULL; }

/* When the old space is to be collected again, by what the last full collection found alive. */
static void set_next_full(GcHeap *h) {
  uint64_t percent = h->config.threshold_percent ? (uint64_t)h->config.threshold_percent : 100, growth = h->stats.live / 100 * percent;
  h->next_full = h->stats.live + (growth < least_growth(h) ? least_growth(h) : growth);
}

/* Sizes follow from the limit: both halves of the nursery are at most an eighth of it, a block at most a 64th. */
static void choose_sizes(GcHeap *h) {
  uint64_t limit = h->config.heap_limit, half = h->config.nursery_bytes ? h->config.nursery_bytes : 1 << 20;
#ifdef ORUS_STRESS
  if (half > 32768) half = 32768;
#endif
  if (half > limit / 16) half = limit / 16;
  if (half < GC_MIN_NURSERY) half = GC_MIN_NURSERY;
  h->half = (uint32_t)half & ~(uint32_t)15;
  h->block_bytes = GC_MAX_BLOCK;
  while (h->block_bytes > GC_MIN_BLOCK && h->block_bytes > limit / 64) h->block_bytes /= 2;
  h->small_max = (h->block_bytes - (uint32_t)sizeof(GcBlock)) / 8 & ~(uint32_t)15;
}

int gc_init(GcHeap *h, const GcConfig *config) {
  memset(h, 0, sizeof *h);
  h->config = *config;
  choose_sizes(h);
  h->size[0] = h->size[1] = h->half;
  h->space[0] = gc_obtain(h, h->half, 16);
  h->space[1] = gc_obtain(h, h->half, 16);
  if (!h->space[0] || !h->space[1]) {
    gc_release(h, h->space[0], h->half, 16);
    gc_release(h, h->space[1], h->half, 16);
    memset(h, 0, sizeof *h);
    return 0;
  }
  h->top = h->limit = h->fresh = h->space[0];
  h->nursery_end = h->space[0] + h->half;
  h->enabled = 1;
  h->visit = nursery_visit;
  set_next_full(h);
  return 1;
}

void gc_set_limit(GcHeap *h, uint64_t bytes) {
  h->config.heap_limit = bytes;
  choose_sizes(h);
  set_next_full(h);
}

void gc_set_threshold(GcHeap *h, int32_t percent) {
  h->config.threshold_percent = percent;
  set_next_full(h);
}

static void close_all(GcHeap *h, const GcTable *t) {
  for (size_t i = 0; i < t->count; i++) {
    HandleObj *o = (HandleObj *)(void *)t->rows[i];
    if (o->handle != -1) h->config.close(h->config.ctx, o->handle);
  }
}

void gc_free(GcHeap *h) {
  for (int old = 0; old < 2; old++) close_all(h, &h->handles[old]);
  old_free(h);
  free_table(h, &h->remembered);
  free_table(h, &h->stack);
  for (int old = 0; old < 2; old++) {
    free_table(h, &h->weak[old]);
    free_table(h, &h->handles[old]);
  }
  for (int i = 0; i < 2; i++) gc_release(h, h->space[i], h->size[i], 16);
}

/* -- collecting -- */

void gc_visit(GcHeap *h, Obj **slots, size_t count) {
  h->visit(h, slots, count);
}

static int wants_full(const GcHeap *h) { return h->enabled && h->old_bytes > h->next_full; }

/* How much to mark in this step. */
static uint64_t step_budget(GcHeap *h) {
  uint64_t least = h->config.step_bytes ? h->config.step_bytes : STEP_BYTES;
  h->debt += PACE * (h->old_bytes - h->paced);
  h->paced = h->old_bytes;
  uint64_t most = h->debt / 8 > STEP_CAP * least ? h->debt / 8 : STEP_CAP * least;
  uint64_t work = h->debt < most ? h->debt : most;
  h->debt -= work;
  return least + work;
}

static void full_done(GcHeap *h) {
  h->stats.live = h->old_bytes;
  set_next_full(h);
}

static void mark_some(GcHeap *h) {
  h->stats.steps++;
  if (mark_step(h, step_budget(h))) full_done(h);
}

/* What is done for the old space at a minor collection. */
static void advance(GcHeap *h) {
  if (h->marking) mark_some(h);
  else if (!old_sweep(h, wants_full(h) ? SWEEP_HASTE : SWEEP_STEPS) || !h->config.incremental || !wants_full(h)) return;
  else {
    h->debt = 0;
    h->paced = h->old_bytes;
    mark_begin(h);
    mark_some(h);
  }
}

static void note_pause(GcHeap *h, uint64_t ns, int full) {
  unsigned bucket = 0;
  while (bucket < GC_PAUSE_BUCKETS - 1 && ns >> (bucket + 1)) bucket++;
  ++(full ? h->stats.full_pauses : h->stats.minor_pauses)[bucket];
  h->stats.pause_total_ns += ns;
  if (ns > h->stats.pause_max_ns) h->stats.pause_max_ns = ns;
}

static void collect(GcHeap *h, int full) {
  uint64_t fulls = h->stats.full, start = h->config.now_ns ? h->config.now_ns(h->config.ctx) : 0;
  nursery_collect(h, full);
  if (full) {
    mark_collect(h);
    full_done(h);
  } else advance(h);
#ifdef ORUS_STRESS
  const char *fault = gc_verify(h);
  if (fault && fault != gc_verify_no_memory) __builtin_trap(); /* a test build: stop where the damage is */
#endif
  if (h->config.now_ns) note_pause(h, h->config.now_ns(h->config.ctx) - start, h->stats.full > fulls);
}

#ifdef ORUS_STRESS
/* Each allocation collects and has the heap verified, while that is small; in larger ones so many less that a program of any size comes to its end. */
static void stress(GcHeap *h) {
  uint64_t n = h->stats.in_use >> 15;
  if (!h->enabled || ++h->unstressed < n * n / 256) return;
  h->unstressed = 0;
  collect(h, ++h->stress % 64 == 0);
}
#endif

/* Whoever asks for a full collection wants the memory back at once. */
void gc_collect(GcHeap *h, int full) {
  collect(h, full);
  if (full) old_sweep(h, SIZE_MAX);
}

/* -- allocation -- */

/* Zeroes more of the nursery; 0 when `size` bytes do not fit any more. */
static int extend(GcHeap *h, uint64_t size) {
  size_t left = (size_t)(h->nursery_end - h->top);
  if (left < size) return 0;
  size_t stride = (size_t)(h->top - h->space[h->current]);
  stride = stride < GC_FIRST_STRIDE ? GC_FIRST_STRIDE : stride > GC_ZERO_STRIDE ? GC_ZERO_STRIDE : stride;
  if (stride < size) stride = size;
  if (stride > left) stride = left;
  char *end = h->top + stride;
  if (end > h->limit) {
    memset(h->limit, 0, (size_t)(end - h->limit));
    h->limit = end;
  }
  return 1;
}

static Obj *bump(GcHeap *h, uint64_t header, uint64_t size) {
  Obj *o = (Obj *)(void *)h->top;
  h->top += size;
  o->header = header;
  return o;
}

static Obj *alloc_old(GcHeap *h, uint64_t header, uint64_t size) {
  Obj *o = old_alloc(h, header, size);
  if (!o) return NULL;
  memset(o + 1, 0, size - sizeof *o);
  h->stats.allocated += size;
  return o;
}

/* Large objects do not fill the nursery, so they see to it themselves that the old space is collected. */
static void collect_for_large(GcHeap *h) {
  if (!h->config.incremental) {
    if (wants_full(h)) collect(h, 1);
  } else if (h->marking ? h->old_bytes - h->paced > h->half : wants_full(h)) collect(h, 0);
}

static Obj *alloc_large(GcHeap *h, uint64_t header, uint64_t size) {
  collect_for_large(h);
  Obj *o = alloc_old(h, header, size);
  if (o) return o;
  collect(h, 1);
  return alloc_old(h, header, size);
}

static Obj *alloc_any(GcHeap *h, uint64_t header, uint64_t size) {
  if (size > GC_SMALL_MAX || size > (size_t)(h->nursery_end - h->space[h->current]) / 2) return alloc_large(h, header, size);
  if (extend(h, size)) return bump(h, header, size);
  if (!h->enabled) {
    Obj *o = alloc_old(h, header, size);
    if (o) return o;
  }
  collect(h, wants_full(h) && !h->config.incremental);
  if (extend(h, size)) return bump(h, header, size);
  collect(h, 0); /* survivors filled the half: now they are of age and promoted.  A full collection here made growth quadratic. */
  if (extend(h, size)) return bump(h, header, size);
  collect(h, 1);
  if (extend(h, size)) return bump(h, header, size);
  return alloc_old(h, header, size);
}

Obj *gc_alloc_slow(GcHeap *h, uint64_t header, uint32_t size) {
#ifdef ORUS_STRESS
  stress(h);
#endif
  return alloc_any(h, header, size);
}

ArrayObj *gc_alloc_array(GcHeap *h, uint32_t type, uint32_t length) {
  uint64_t size = array_bytes(&h->config.shapes[type], length), header = obj_header(type, 0);
  Obj *o;
#ifdef ORUS_STRESS
  stress(h);
#endif
  if (size <= GC_SMALL_MAX && (size_t)(h->limit - h->top) >= size) o = bump(h, header, size);
  else o = alloc_any(h, header, size);
  if (o) ((ArrayObj *)(void *)o)->length = length;
  return (ArrayObj *)(void *)o;
}

static Obj *enter(GcHeap *h, GcTable *t, Obj *o) {
  if (gc_table_push(h, t, o)) return o;
  GcScope scope;
  gc_scope_open(h, &scope);
  scope.slots[0] = o;
  gc_collect(h, 1);
  gc_scope_close(h, &scope);
  return gc_table_push(h, t, scope.slots[0]) ? scope.slots[0] : NULL;
}

Obj *gc_register_weak(GcHeap *h, Obj *weak) { return enter(h, &h->weak[0], weak); }
Obj *gc_register_handle(GcHeap *h, Obj *handle) { return enter(h, &h->handles[0], handle); }

void gc_stats(const GcHeap *h, GcStats *stats) {
  *stats = h->stats;
  stats->allocated += (uint64_t)(h->top - h->fresh);
}
