/* verify_heap.c -- checks what must hold of a heap between collections; for tests and the stress build. */
#include "heap/internal.h"

/* First fault found; the walk goes on but keeps it. */
static void check_object(GcHeap *h, Obj *o) {
  size_t count;
  if (!(o->header & OBJ_LIVE)) {
    h->fault = "an object is forwarded outside a collection";
    return;
  }
  Obj **refs = object_refs(h, o, &count);
  int old = !is_young(h, o);
  for (size_t i = 0; i < count; i++) {
    Obj *to = refs[i];
    if (!to) continue;
    if ((uintptr_t)to % 8) h->fault = "a reference is not aligned";
    else if (in_half(h, 1 - h->current, to)) h->fault = "a reference points into the half that was left";
    else if (!(to->header & OBJ_LIVE)) h->fault = "a reference points to a free cell or a moved object";
    else if (old && is_young(h, to) && (o->header & OBJ_BARRIER) && !h->remembered_lost) h->fault = "an old object with a young reference is not remembered";
    if (h->fault) return;
  }
}

static void check_unless_dead(GcHeap *h, Obj *o) {
  if (!h->fault) check_object(h, o);
}

/* Dead old objects keep references to cells that were freed, so only what the last full collection marked is looked at: the sweep is finished first. */
const char *gc_verify(GcHeap *h) {
  h->fault = NULL;
  if (h->top < h->space[h->current] || h->top > h->limit || h->limit > h->nursery_end) return "the nursery's pointers are out of order";
  for (char *at = h->space[h->current]; at < h->top && !h->fault;) {
    Obj *o = (Obj *)(void *)at;
    if (!(o->header & OBJ_LIVE)) return "a young object has no header";
    at += object_bytes(h, o);
  }
  old_sweep_all(h);
  old_each(h, check_unless_dead);
  return h->fault;
}
