/* mark.c -- full collections: everything reachable gets the new mark, then weak references are cleared, handles of the dead closed, and the rest swept
 * as cells are wanted.  The mark's value alternates, so nothing needs unmarking.
 *
 * The mark stack may fail to grow.  Then the object is only marked, and marked objects are scanned again until nothing was lost (Handbook, 2.4). */
#include "heap/internal.h"

#include <string.h>

static int is_marked(const GcHeap *h, const Obj *o) { return (o->header & OBJ_MARK) == h->mark; }
static void set_mark(const GcHeap *h, Obj *o) { o->header = (o->header & ~(uint64_t)OBJ_MARK) | h->mark; }

void mark_visit(GcHeap *h, Obj **slots, size_t count) {
  for (size_t i = 0; i < count; i++) {
    Obj *o = slots[i];
    if (!o || is_marked(h, o)) continue;
    set_mark(h, o);
    const GcShape *s = shape_of(h, o);
    if (o->header & OBJ_OLD) h->marked_bytes += object_bytes(h, o);
    if ((s->kind == GC_FIXED && s->refs) || s->kind == GC_ARRAY_REF)
      if (!gc_table_push(h, &h->stack, o)) h->stack_lost = 1;
  }
}

static void scan(GcHeap *h, Obj *o) {
  size_t count;
  Obj **refs = object_refs(h, o, &count);
  mark_visit(h, refs, count);
}

static void drain(GcHeap *h) {
  while (h->stack.count) scan(h, h->stack.rows[--h->stack.count]);
}

static void rescan_one(GcHeap *h, Obj *o) {
  if (is_marked(h, o)) scan(h, o);
  drain(h);
}

static void each_young(GcHeap *h, void (*each)(GcHeap *h, Obj *o)) {
  for (char *at = h->space[h->current]; at < h->top;) {
    Obj *o = (Obj *)(void *)at;
    at += object_bytes(h, o);
    each(h, o);
  }
}

static void mark_all(GcHeap *h) {
  h->config.roots(h->config.ctx, h);
  for (GcScope *s = h->scope; s; s = s->outer) mark_visit(h, s->slots, sizeof s->slots / sizeof s->slots[0]);
  drain(h);
  while (h->stack_lost) {
    h->stack_lost = 0;
    old_each(h, rescan_one);
    each_young(h, rescan_one);
  }
}

/* Young objects that could not be promoted are marked too: they must not carry the new mark by accident. */
static void unmark_one(GcHeap *h, Obj *o) {
  if (is_marked(h, o)) o->header ^= OBJ_MARK;
}

static void clear_weak(GcHeap *h) {
  size_t kept = 0;
  for (size_t i = 0; i < h->weak.count; i++) {
    WeakObj *w = (WeakObj *)(void *)h->weak.rows[i];
    if (!is_marked(h, h->weak.rows[i])) continue;
    if (w->target && !is_marked(h, w->target)) w->target = NULL;
    h->weak.rows[kept++] = h->weak.rows[i];
  }
  h->weak.count = kept;
}

static void close_handles(GcHeap *h) {
  size_t kept = 0;
  for (size_t i = 0; i < h->handles.count; i++) {
    HandleObj *o = (HandleObj *)(void *)h->handles.rows[i];
    if (is_marked(h, h->handles.rows[i])) h->handles.rows[kept++] = h->handles.rows[i];
    else if (o->handle != -1) h->config.close(h->config.ctx, o->handle);
  }
  h->handles.count = kept;
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

void mark_collect(GcHeap *h) {
  old_sweep(h, SIZE_MAX);
  h->mark ^= OBJ_MARK;
  h->marked_bytes = 0;
  each_young(h, unmark_one);
  h->visit = mark_visit;
  mark_all(h);
  h->visit = nursery_visit;
  clear_weak(h);
  close_handles(h);
  forget_dead(h);
  each_young(h, blank_dead);
  h->old_bytes = h->marked_bytes;
  old_start_sweep(h);
  h->stats.full++;
}
