/* nursery.c -- minor collections: what is reached in the current half is copied to the other half the first time and to the old space the second time.
 *
 * When nearly all that had survived once survived again, the next collections promote at once, but now and then it is tried again (Ungar, Jackson, "Tenuring policies
 * for generation-based storage reclamation", 1988, on letting what lived decide).
 *
 * Survivors in the other half are scanned by Cheney's pointer.  Promoted objects wait in a list that is threaded through the second word of the dead
 * originals, so nothing here needs memory except old space itself; when there is none, the object stays young. */
#include "heap/internal.h"

#include <string.h>

/* Minor collections that promote at once before it is asked again how many objects live on. */
enum { EAGER_COLLECTIONS = 6 };

static Obj **link_of(Obj *original) { return (Obj **)(void *)(original + 1); }
static Obj *moved_to(const Obj *o) { return (Obj *)(uintptr_t)o->header; }
static void push_promoted(GcHeap *h, Obj *original) { *link_of(original) = h->promoted, h->promoted = original; }

static Obj *promote(GcHeap *h, Obj *o, uint64_t size) {
  Obj *to = old_alloc(h, o->header, size);
  if (!to) return NULL;
  memcpy(to + 1, o + 1, size - sizeof *o);
  h->stats.promoted += size;
  return to;
}

static Obj *evacuate(GcHeap *h, Obj *o) {
  uint64_t size = object_bytes(h, o);
  if (h->promote_all || (o->header & OBJ_AGE_MASK)) {
    Obj *to = promote(h, o, size);
    if (to) {
      o->header = (uintptr_t)to;
      push_promoted(h, o);
      return to;
    }
  }
  Obj *to = (Obj *)(void *)h->survivors;
  h->survivors += size;
  memcpy(to, o, size);
  to->header = (o->header & ~(uint64_t)OBJ_AGE_MASK) | OBJ_AGE;
  o->header = (uintptr_t)to;
  return to;
}

void nursery_visit(GcHeap *h, Obj **slots, size_t count) {
  char *from = h->space[h->current];
  uint32_t size = h->size[h->current];
  for (size_t i = 0; i < count; i++) {
    Obj *o = slots[i];
    if ((uintptr_t)o - (uintptr_t)from >= size) continue;
    slots[i] = o->header & OBJ_LIVE ? evacuate(h, o) : moved_to(o);
  }
}

static char *scan_survivors(GcHeap *h, char *scan) {
  while (scan < h->survivors) {
    Obj *o = (Obj *)(void *)scan;
    size_t count;
    Obj **refs = object_refs(h, o, &count);
    nursery_visit(h, refs, count);
    scan += object_bytes(h, o);
  }
  return scan;
}

static void scan_promoted(GcHeap *h) {
  while (h->promoted) {
    Obj *original = h->promoted, *o = moved_to(original);
    h->promoted = *link_of(original);
    if (remember_scan(h, o)) gc_write_slow(h, o);
  }
}

static void scan_all(GcHeap *h, char *scan) {
  do {
    scan = scan_survivors(h, scan);
    scan_promoted(h);
  } while (scan < h->survivors);
}

/* Where a young object of the current half went; NULL when it died.  Others stay. */
static Obj *whereabouts(const GcHeap *h, Obj *o) {
  if (!o || !in_half(h, h->current, o)) return o;
  return o->header & OBJ_LIVE ? NULL : moved_to(o);
}

/* Whoever is of no interest to minor collections any more goes to the table of the old; for want of memory it stays. */
static int retire(GcHeap *h, GcTable *old, Obj *o) { return !in_half(h, 1 - h->current, o) && gc_table_push(h, old, o); }

static void update_weak(GcHeap *h) {
  GcTable *t = &h->weak[0];
  size_t kept = 0;
  for (size_t i = 0; i < t->count; i++) {
    Obj *o = whereabouts(h, t->rows[i]);
    if (!o) continue;
    WeakObj *w = (WeakObj *)(void *)o;
    w->target = whereabouts(h, w->target);
    int waits = w->target && in_half(h, 1 - h->current, w->target);
    if (waits || !retire(h, &h->weak[1], o)) t->rows[kept++] = o;
  }
  t->count = kept;
}

static void update_handles(GcHeap *h) {
  GcTable *t = &h->handles[0];
  size_t kept = 0;
  for (size_t i = 0; i < t->count; i++) {
    Obj *was = t->rows[i], *o = whereabouts(h, was);
    if (o) {
      if (!retire(h, &h->handles[1], o)) t->rows[kept++] = o;
    } else if (((HandleObj *)(void *)was)->handle != -1) h->config.close(h->config.ctx, ((HandleObj *)(void *)was)->handle);
  }
  t->count = kept;
}

static void visit_roots(GcHeap *h) {
  h->config.roots(h->config.ctx, h);
  for (GcScope *s = h->scope; s; s = s->outer) nursery_visit(h, s->slots, sizeof s->slots / sizeof s->slots[0]);
}

/* Makes the half that is copied to as large as wanted, if that is enough for all there is and there is memory. */
static void resize_other(GcHeap *h) {
  unsigned other = 1 - h->current;
  if (h->size[other] == h->half || (size_t)(h->top - h->space[h->current]) > h->half) return;
  char *space = gc_obtain(h, h->half, 16);
  if (!space) return;
  gc_release(h, h->space[other], h->size[other], 16);
  h->space[other] = space;
  h->size[other] = h->half;
}

/* What this collection tells about the next ones: `promoted` bytes went to the old space, `aged` had survived the one before. */
static void choose_tenure(GcHeap *h, uint64_t promoted, char *survivors) {
  if (h->promote_all) h->eager -= h->eager > 0;
  else if (h->aged > h->half / 16 && promoted > h->aged / 16 * 15) h->eager = EAGER_COLLECTIONS;
  h->aged = (uint64_t)(h->survivors - survivors);
}

void nursery_collect(GcHeap *h, int promote_all) {
  uint64_t promoted = h->stats.promoted;
  resize_other(h);
  char *from = h->space[h->current], *to = h->space[1 - h->current];
  char *used_end = h->top;
  h->stats.allocated += (uint64_t)(h->top - h->fresh);
  h->promote_all = promote_all || h->eager;
  h->survivors = to;
  h->promoted = NULL;
  remember_scan_all(h);
  visit_roots(h);
  scan_all(h, to);
  update_weak(h);
  update_handles(h);
  choose_tenure(h, h->stats.promoted - promoted, to);
#ifdef ORUS_STRESS
  memset(from, GC_POISON, (size_t)(used_end - from));
#else
  (void)from, (void)used_end;
#endif
  h->current = 1 - h->current;
  h->top = h->limit = h->fresh = h->survivors;
  h->nursery_end = to + (h->size[0] < h->size[1] ? h->size[0] : h->size[1]);
  h->stats.minor++;
}
