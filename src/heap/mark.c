/* mark.c -- marking the old space, in one go or in steps; then weak references are cleared, handles of the dead closed, and the rest is left to the sweep.
 * The mark's value alternates, so nothing needs unmarking.
 *
 * In steps: new old objects are marked from birth.  Whatever is stored into is in the remembered set, and each minor collection, which goes through that
 * set anyway, marks what marked objects in it refer to now (the barrier of Steele, "Multiprocessing compactifying garbage collection", 1975, at the grain of
 * a minor collection).  Young objects are not marked; those that live at the end are roots, as are stacks and scopes: they are gone through right behind a
 * minor collection, and when that brings up more than a step's work, marking just goes on.  In one go young objects are marked as well, so that no cycle
 * through both generations escapes.
 *
 * The mark stack may fail to grow.  Then the object is marked and said to be lost, and all objects are gone through for lost ones until there are none
 * (Handbook, 2.4).  Whenever one is lost the stack is full of objects that were marked since the last time, so a stack for a share of the objects there can be
 * bounds how often that is; old space is not obtained without the memory for it. */
#include "heap/internal.h"

#include <string.h>

enum {
  SLICE = 1024,           /* elements of a large array that are scanned at a time */
  SHARE = 64,             /* the mark stack has room for one in so many of the objects there can be */
  LEAST_OBJECT = 16       /* bytes */
};

static int is_marked(const GcHeap *h, const Obj *o) { return (o->header & OBJ_MARK) == h->mark; }
static int is_live(const GcHeap *h, const Obj *o) { return is_marked(h, o) || !(o->header & OBJ_OLD || h->mark_young); }

static void push(GcHeap *h, Obj *o) {
  if (gc_table_push(h, &h->stack, o)) return;
  o->header |= OBJ_LOST;
  h->stack_lost = 1;
}

static size_t stack_wanted(uint64_t bytes) { return (size_t)(bytes / (SHARE * LEAST_OBJECT)); }

/* Half more than is wanted, so that it is seldom done. */
int mark_reserve(GcHeap *h, uint64_t bytes) {
  size_t want = stack_wanted(bytes);
  return h->stack.room >= want || gc_table_grow(h, &h->stack, want + want / 2);
}

/* When marking is over. */
static void trim_stack(GcHeap *h) {
  if (h->stack.room / 4 <= stack_wanted(h->stats.in_use)) return;
  gc_release(h, h->stack.rows, h->stack.room * sizeof *h->stack.rows, 16);
  h->stack = (GcTable){0};
  mark_reserve(h, h->stats.in_use);
}

static void mark_one(GcHeap *h, Obj *o) {
  const GcShape *s = shape_of(h, o);
  o->header = (o->header & ~(uint64_t)OBJ_MARK) | h->mark;
  if (o->header & OBJ_OLD) h->marked_bytes += object_bytes(h, o);
  if (o->header & OBJ_LARGE) large_of(o)->scanned = 0;
  if ((s->kind == GC_FIXED && s->refs) || s->kind == GC_ARRAY_REF) push(h, o);
}

void mark_visit(GcHeap *h, Obj **slots, size_t count) {
  for (size_t i = 0; i < count; i++) {
    Obj *o = slots[i];
    if (o && !is_live(h, o)) mark_one(h, o);
  }
}

/* Scans an object from the stack, or a slice of a large one, and returns how much work that was, in bytes. */
static uint64_t scan(GcHeap *h, Obj *o) {
  size_t count, from = 0, n;
  Obj **refs = object_refs(h, o, &count);
  n = count;
  if (o->header & OBJ_LARGE) {
    GcLarge *l = large_of(o);
    from = l->scanned;
    n = count - from < SLICE ? count - from : SLICE;
    l->scanned = (uint32_t)(from + n);
    if (l->scanned < count) push(h, o); /* below its elements, so the stack stays small */
  }
  mark_visit(h, refs + from, n);
  return 16 + n * sizeof *refs;
}

/* Returns what is left of the budget; the stack is empty if anything is. */
static uint64_t drain(GcHeap *h, uint64_t budget) {
  while (h->stack.count && budget) {
    uint64_t work = scan(h, h->stack.rows[--h->stack.count]);
    budget = budget > work ? budget - work : 0;
  }
  return budget;
}

static void visit_all(GcHeap *h, Obj *o) {
  size_t count;
  Obj **refs = object_refs(h, o, &count);
  mark_visit(h, refs, count);
}

static void rescan_one(GcHeap *h, Obj *o) {
  if (!(o->header & OBJ_LOST)) return;
  o->header &= ~(uint64_t)OBJ_LOST;
  visit_all(h, o);
  drain(h, UINT64_MAX);
}

static void each_young(GcHeap *h, void (*each)(GcHeap *h, Obj *o)) {
  for (char *at = h->space[h->current]; at < h->top;) {
    Obj *o = (Obj *)(void *)at;
    at += object_bytes(h, o);
    each(h, o);
  }
}

static void mark_roots(GcHeap *h) {
  h->visit = mark_visit;
  h->config.roots(h->config.ctx, h);
  h->visit = nursery_visit;
  for (GcScope *s = h->scope; s; s = s->outer) mark_visit(h, s->slots, sizeof s->slots / sizeof s->slots[0]);
  if (!h->mark_young) each_young(h, visit_all);
}

static void drain_all(GcHeap *h) {
  drain(h, UINT64_MAX);
  while (h->stack_lost) {
    h->stack_lost = 0;
    h->stats.rescans++;
    old_each(h, rescan_one);
    if (h->mark_young) each_young(h, rescan_one);
  }
}

/* -- the end of marking -- */

static void clear_weak(GcHeap *h, GcTable *t) {
  size_t kept = 0;
  for (size_t i = 0; i < t->count; i++) {
    WeakObj *w = (WeakObj *)(void *)t->rows[i];
    if (!is_live(h, t->rows[i])) continue;
    if (w->target && !is_live(h, w->target)) w->target = NULL;
    t->rows[kept++] = t->rows[i];
  }
  t->count = kept;
}

static void close_handles(GcHeap *h, GcTable *t) {
  size_t kept = 0;
  for (size_t i = 0; i < t->count; i++) {
    HandleObj *o = (HandleObj *)(void *)t->rows[i];
    if (is_live(h, t->rows[i])) t->rows[kept++] = t->rows[i];
    else if (o->handle != -1) h->config.close(h->config.ctx, o->handle);
  }
  t->count = kept;
}

static void forget_dead(GcHeap *h) {
  size_t kept = 0;
  for (size_t i = 0; i < h->remembered.count; i++)
    if (is_marked(h, h->remembered.rows[i])) h->remembered.rows[kept++] = h->remembered.rows[i];
  h->remembered.count = kept;
}

/* Young objects that are left (there are some only when the old space was full) and dead may refer to cells that the sweep frees. */
static void blank_dead(GcHeap *h, Obj *o) {
  size_t count;
  Obj **refs = object_refs(h, o, &count);
  if (!is_marked(h, o)) memset(refs, 0, count * sizeof *refs);
}

static void finish(GcHeap *h) {
  drain_all(h);
  for (int old = 0; old < 2; old++) {
    clear_weak(h, &h->weak[old]);
    close_handles(h, &h->handles[old]);
  }
  forget_dead(h);
  if (h->mark_young) each_young(h, blank_dead);
  trim_stack(h);
  h->old_bytes = h->marked_bytes;
  h->mark_young = h->marking = 0;
  old_start_sweep(h);
  h->stats.full++;
}

/* -- in steps -- */

static void begin(GcHeap *h) {
  h->mark ^= OBJ_MARK;
  h->marked_bytes = 0;
  h->marking = 1;
}

void mark_begin(GcHeap *h) {
  begin(h);
  mark_roots(h);
}

int mark_step(GcHeap *h, uint64_t budget) {
  budget = drain(h, budget);
  if (h->stack.count) return 0;
  mark_roots(h);
  drain(h, budget);
  if (h->stack.count) return 0;
  finish(h);
  return 1;
}

/* -- in one go -- */

static void unmark_one(GcHeap *h, Obj *o) {
  if (is_marked(h, o)) o->header ^= OBJ_MARK;
}

/* Marking that is under way is ended first; what died since it began is found by the second. */
void mark_collect(GcHeap *h) {
  if (h->marking) mark_step(h, UINT64_MAX);
  old_sweep(h, SIZE_MAX);
  begin(h);
  h->mark_young = 1;
  each_young(h, unmark_one); /* they must not carry the new mark by accident */
  mark_roots(h);
  finish(h);
}
