/* gc.c -- entry points of the collector and its policy: when to collect what, and when to give up. */
#include "heap/internal.h"

#include <string.h>

enum {
  SWEEP_STEPS = 8,   /* blocks swept at a minor collection, wanted or not: the memory of the dead goes back soon */
  SWEEP_HASTE = 32,  /* the same when the next marking is due */
  PACE = 4,          /* bytes marked for a byte of new old objects: the heap grows by at most a quarter while marking is under way */
  STEP_CAP = 4,      /* a step does at most that many times its least work, unless far behind */
  STEP_BYTES = 128 << 10
};

/* -- memory within the limit -- */

void *gc_obtain(GcHeap *h, size_t size, size_t align) {
  if (h->stats.in_use + size > h->config.heap_limit) return NULL;
  void *block = h->config.memory.alloc(h->config.memory.ctx, size, align);
  if (block) h->stats.in_use += size;
  return block;
}

void gc_release(GcHeap *h, void *block, size_t size, size_t align) {
  if (!block) return;
  h->config.memory.free(h->config.memory.ctx, block, size, align);
  h->stats.in_use -= size;
}

int gc_table_push(GcHeap *h, GcTable *t, Obj *o) {
  if (t->count == t->room) {
    size_t room = t->room ? t->room * 2 : 256;
    Obj **rows = gc_obtain(h, room * sizeof *rows, 16);
    if (!rows) return 0;
    if (t->count) memcpy(rows, t->rows, t->count * sizeof *rows);
    gc_release(h, t->rows, t->room * sizeof *rows, 16);
    t->rows = rows;
    t->room = room;
  }
  t->rows[t->count++] = o;
  return 1;
}

void gc_table_trim(GcHeap *h, GcTable *t) {
  if (t->room <= 1 << 14) return;
  gc_release(h, t->rows, t->room * sizeof *t->rows, 16);
  *t = (GcTable){0};
}

static void free_table(GcHeap *h, GcTable *t) {
  gc_release(h, t->rows, t->room * sizeof *t->rows, 16);
  *t = (GcTable){0};
}

/* -- opening and closing -- */

static uint64_t least_growth(const GcHeap *h) { return h->config.heap_limit / 16 < GC_MIN_FULL ? h->config.heap_limit / 16 : GC_MIN_FULL; }

int gc_init(GcHeap *h, const GcConfig *config) {
  memset(h, 0, sizeof *h);
  h->config = *config;
  uint32_t half = config->nursery_bytes ? config->nursery_bytes : 1 << 20;
#ifdef ORUS_STRESS
  if (half > 32768) half = 32768;
#endif
  if (half > config->heap_limit / 8) half = (uint32_t)(config->heap_limit / 8);
  if (half < 4096) half = 4096;
  h->half = half & ~(uint32_t)15;
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
  h->next_full = least_growth(h);
  h->enabled = 1;
  h->visit = nursery_visit;
  return 1;
}

void gc_free(GcHeap *h) {
  for (size_t i = 0; i < h->handles.count; i++) {
    HandleObj *o = (HandleObj *)(void *)h->handles.rows[i];
    if (o->handle != -1) h->config.close(h->config.ctx, o->handle);
  }
  old_free(h);
  free_table(h, &h->remembered);
  free_table(h, &h->stack);
  free_table(h, &h->weak);
  free_table(h, &h->handles);
  gc_release(h, h->space[0], h->half, 16);
  gc_release(h, h->space[1], h->half, 16);
}

/* -- collecting -- */

void gc_visit(GcHeap *h, Obj **slots, size_t count) {
  h->visit(h, slots, count);
}

static void set_next_full(GcHeap *h) {
  int32_t percent = h->config.threshold_percent ? h->config.threshold_percent : 100;
  h->stats.live = h->old_bytes;
  uint64_t growth = h->old_bytes / 100 * (uint64_t)percent;
  h->next_full = h->old_bytes + (growth < least_growth(h) ? least_growth(h) : growth);
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

static void mark_some(GcHeap *h) {
  h->stats.steps++;
  if (mark_step(h, step_budget(h))) set_next_full(h);
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

static void collect(GcHeap *h, int full) {
  uint64_t start = h->config.now_ns ? h->config.now_ns(h->config.ctx) : 0;
  nursery_collect(h, full);
  if (full) {
    mark_collect(h);
    set_next_full(h);
  } else advance(h);
#ifdef ORUS_STRESS
  const char *fault = gc_verify(h);
  if (fault && fault != gc_verify_no_memory) __builtin_trap(); /* a test build: stop where the damage is */
#endif
  if (!h->config.now_ns) return;
  uint64_t pause = h->config.now_ns(h->config.ctx) - start;
  h->stats.pause_total_ns += pause;
  if (pause > h->stats.pause_max_ns) h->stats.pause_max_ns = pause;
}

/* Whoever asks for a full collection wants the memory back at once. */
int gc_collect(GcHeap *h, int full) {
  collect(h, full);
  if (full) old_sweep(h, SIZE_MAX);
  return 1;
}

/* -- allocation -- */

/* Zeroes more of the nursery; 0 when `size` bytes do not fit any more. */
static int extend(GcHeap *h, uint64_t size) {
  size_t left = (size_t)(h->nursery_end - h->top);
  if (left < size) return 0;
  size_t stride = size > GC_ZERO_STRIDE ? size : GC_ZERO_STRIDE;
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
  if (size > GC_SMALL_MAX || size > h->half / 2) return alloc_large(h, header, size);
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
  if (h->enabled) collect(h, ++h->stress % 64 == 0);
#endif
  return alloc_any(h, header, size);
}

ArrayObj *gc_alloc_array(GcHeap *h, uint32_t type, uint32_t length) {
  uint64_t size = array_bytes(&h->config.shapes[type], length), header = obj_header(type, 0);
  Obj *o;
#ifdef ORUS_STRESS
  if (h->enabled) collect(h, ++h->stress % 64 == 0);
#endif
  if (size <= GC_SMALL_MAX && (size_t)(h->limit - h->top) >= size) o = bump(h, header, size);
  else o = alloc_any(h, header, size);
  if (o) ((ArrayObj *)(void *)o)->length = length;
  return (ArrayObj *)(void *)o;
}

int gc_register_weak(GcHeap *h, Obj *weak) { return gc_table_push(h, &h->weak, weak); }
int gc_register_handle(GcHeap *h, Obj *handle) { return gc_table_push(h, &h->handles, handle); }

void gc_stats(const GcHeap *h, GcStats *stats) {
  *stats = h->stats;
  stats->allocated += (uint64_t)(h->top - h->fresh);
}
