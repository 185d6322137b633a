/* verify_heap.c -- checks what must hold of a heap between collections; for tests and the stress build.
 *
 * An index tells for any address whether an object that is alive starts there: a bit per word of the nursery, and the extents of all blocks and large
 * objects in order of address.  The checks then go over all objects, roots and tables.  The first fault is kept. */
#include "heap/internal.h"

#include <string.h>

typedef struct Extent {
  uintptr_t start, end;
  GcBlock *block; /* NULL: a large object */
  int swept;
} Extent;

typedef struct GcCheck {
  Extent *extents;
  size_t count, room;
  uint8_t *starts; /* a bit for each 8 bytes of the nursery */
  size_t starts_bytes, remembered;
  uint64_t old_bytes;
  const char *fault;
} GcCheck;

const char gc_verify_no_memory[] = "there is no memory for verifying";

static void fault(GcHeap *h, const char *what) {
  if (!h->check->fault) h->check->fault = what;
}

/* -- the index -- */

static size_t count_extents(const GcHeap *h) {
  size_t n = 0;
  for (unsigned c = 0; c < GC_CLASSES; c++) {
    for (const GcBlock *b = h->classes[c].blocks; b; b = b->next) n++;
    for (const GcBlock *b = h->classes[c].sweep; b; b = b->next) n++;
  }
  for (const GcLarge *l = h->large; l; l = l->next) n++;
  for (const GcLarge *l = h->large_sweep; l; l = l->next) n++;
  return n;
}

static void add_blocks(GcCheck *k, GcBlock *b, int swept) {
  for (; b; b = b->next) k->extents[k->count++] = (Extent){(uintptr_t)b, (uintptr_t)b + b->bytes, b, swept};
}

static void add_larges(GcCheck *k, GcLarge *l, int swept) {
  for (; l; l = l->next) k->extents[k->count++] = (Extent){(uintptr_t)l, (uintptr_t)large_object(l) + l->size, NULL, swept};
}

/* Shell's sort, 1959, with Sedgewick's gaps. */
static void sort_extents(GcCheck *k) {
  static const size_t gaps[] = {16001, 3905, 929, 209, 41, 19, 5, 1};
  for (size_t g = 0; g < sizeof gaps / sizeof gaps[0]; g++)
    for (size_t i = gaps[g]; i < k->count; i++) {
      Extent e = k->extents[i];
      size_t j = i;
      for (; j >= gaps[g] && k->extents[j - gaps[g]].start > e.start; j -= gaps[g]) k->extents[j] = k->extents[j - gaps[g]];
      k->extents[j] = e;
    }
}

static int open_index(GcHeap *h, GcCheck *k) {
  const GcMemory *m = &h->config.memory;
  *k = (GcCheck){.room = count_extents(h) + 1, .starts_bytes = h->size[h->current] / 64 + 1};
  k->extents = m->alloc(m->ctx, k->room * sizeof *k->extents, 16);
  k->starts = m->alloc(m->ctx, k->starts_bytes, 16);
  if (!k->extents || !k->starts) return 0;
  memset(k->starts, 0, k->starts_bytes);
  for (unsigned c = 0; c < GC_CLASSES; c++) {
    add_blocks(k, h->classes[c].blocks, 1);
    add_blocks(k, h->classes[c].sweep, 0);
  }
  add_larges(k, h->large, 1);
  add_larges(k, h->large_sweep, 0);
  sort_extents(k);
  return 1;
}

static void close_index(GcHeap *h, GcCheck *k) {
  const GcMemory *m = &h->config.memory;
  if (k->extents) m->free(m->ctx, k->extents, k->room * sizeof *k->extents, 16);
  if (k->starts) m->free(m->ctx, k->starts, k->starts_bytes, 16);
}

static const Extent *find_extent(const GcCheck *k, uintptr_t at) {
  size_t low = 0, high = k->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (k->extents[middle].end <= at) low = middle + 1;
    else high = middle;
  }
  return low < k->count && k->extents[low].start <= at ? &k->extents[low] : NULL;
}

static size_t word_of(const GcHeap *h, const Obj *o) { return ((uintptr_t)o - (uintptr_t)h->space[h->current]) / 8; }

/* -- references -- */

static const char *young_fault(const GcHeap *h, const Obj *o) {
  if ((const char *)o >= h->top) return "a reference points behind the last young object";
  size_t word = word_of(h, o);
  return h->check->starts[word / 8] >> word % 8 & 1 ? NULL : "a reference points into a young object";
}

static const char *old_fault(const GcHeap *h, const Obj *o) {
  const Extent *e = find_extent(h->check, (uintptr_t)o);
  if (!e) return "a reference points outside the heap";
  size_t head = e->block ? sizeof(GcBlock) : sizeof(GcLarge), offset = (uintptr_t)o - e->start, cell = e->block ? e->block->cell : SIZE_MAX;
  if (offset < head || (offset - head) % cell) return "a reference points into an old object";
  if (e->block && (offset - head) / cell >= e->block->cells) return "a reference points behind the last cell of a block";
  if (!o->header) return "a reference points to a free cell";
  return !e->swept && (o->header & OBJ_MARK) != h->mark ? "a reference points to an object that the last marking did not reach" : NULL;
}

static const char *reference_fault(const GcHeap *h, const Obj *o) {
  if (!o) return NULL;
  if ((uintptr_t)o % 8) return "a reference is not aligned";
  if (in_half(h, 1 - h->current, o)) return "a reference points into the half that was left";
  return in_half(h, h->current, o) ? young_fault(h, o) : old_fault(h, o);
}

static void check_slots(GcHeap *h, Obj **slots, size_t count) {
  for (size_t i = 0; i < count && !h->check->fault; i++) h->check->fault = reference_fault(h, slots[i]);
}

/* -- objects -- */

static void check_head(GcHeap *h, const Obj *o) {
  if (!(o->header & OBJ_LIVE)) fault(h, "an object is forwarded outside a collection");
  else if (h->config.shapes_count && obj_type(o) >= h->config.shapes_count) fault(h, "an object has a type that does not exist");
  else if (object_bytes(h, o) < 16 || object_bytes(h, o) % 8) fault(h, "an object has a wrong size");
}

static void note_young(GcHeap *h, Obj *o) {
  check_head(h, o);
  size_t word = word_of(h, o);
  h->check->starts[word / 8] |= (uint8_t)(1u << word % 8);
  if (o->header & (OBJ_OLD | OBJ_BARRIER | OBJ_LARGE | OBJ_CARDS | OBJ_LOST | OBJ_SEEN | OBJ_GREY)) fault(h, "a young object has bits of an old one");
}

static void note_nursery(GcHeap *h) {
  if (h->top < h->space[h->current] || h->top > h->limit || h->limit > h->nursery_end) {
    fault(h, "the nursery's pointers are out of order");
    return;
  }
  for (char *at = h->space[h->current]; at < h->top && !h->check->fault;) {
    Obj *o = (Obj *)(void *)at;
    note_young(h, o);
    if (!h->check->fault) at += object_bytes(h, o);
    if (at > h->top) fault(h, "the last young object has no end");
  }
}

static void check_young(GcHeap *h) {
  for (char *at = h->space[h->current]; at < h->top && !h->check->fault;) {
    Obj *o = (Obj *)(void *)at;
    size_t count;
    Obj **refs = object_refs(h, o, &count);
    check_slots(h, refs, count);
    at += object_bytes(h, o);
  }
}

static int has_young(const GcHeap *h, Obj *const *refs, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (is_young(h, refs[i])) return 1;
  return 0;
}

static void check_bits(GcHeap *h, const Obj *o) {
  uint64_t size = object_bytes(h, o);
  if (!(o->header & OBJ_OLD)) fault(h, "an old object says that it is young");
  if (!h->marking && (o->header & OBJ_MARK) != h->mark) fault(h, "an object that lives has the wrong mark");
  if (o->header & OBJ_LOST && (!h->stack_lost || (o->header & OBJ_MARK) != h->mark)) fault(h, "an object is lost that was not marked, or for good");
  const Extent *e = find_extent(h->check, (uintptr_t)o);
  unsigned large = e->block ? 0 : shape_of(h, o)->kind == GC_ARRAY_REF ? OBJ_LARGE | OBJ_CARDS : OBJ_LARGE;
  if ((o->header & (OBJ_LARGE | OBJ_CARDS)) != large || size > (e->block ? e->block->cell : large_of((Obj *)(uintptr_t)o)->size)) fault(h, "an object has the wrong size bit");
}

/* Slots that nothing was stored into since the last minor collection: no young references; and while marking is under way what is marked and scanned refers
 * to marked objects only.  When a row of the remembered set was lost, everything may have been stored into. */
static void check_untouched(GcHeap *h, const Obj *o, Obj *const *refs, size_t count) {
  if (h->remembered_lost) return;
  if (has_young(h, refs, count)) fault(h, "an old object with a young reference is not remembered");
  if (!h->marking || o->header & (OBJ_GREY | OBJ_LOST) || (o->header & OBJ_MARK) != h->mark) return;
  for (size_t i = 0; i < count; i++)
    if (refs[i] && !is_young(h, refs[i]) && (refs[i]->header & OBJ_MARK) != h->mark) fault(h, "a scanned object refers to one that is not marked");
}

static void check_cards(GcHeap *h, Obj *o, Obj *const *refs, size_t count) {
  GcLarge *l = large_of(o);
  const uint8_t *cards = large_cards(l);
  if (!(o->header & OBJ_BARRIER) || !l->remembered != !(o->header & OBJ_SEEN)) fault(h, "barrier bit and remembered set do not agree");
  for (uint32_t c = 0; c < cards_of(count); c++) {
    size_t from = (size_t)c * GC_CARD;
    if (!cards[c]) check_untouched(h, o, refs + from, count - from < GC_CARD ? count - from : GC_CARD);
    else if (c < l->dirty_from || c >= l->dirty_to || !(l->remembered || h->remembered_lost)) fault(h, "a dirty card would not be seen");
  }
}

/* That BARRIER is clear says "remembered". */
static void check_old(GcHeap *h, Obj *o) {
  size_t count;
  if (!h->check->fault) check_head(h, o);
  if (h->check->fault) return;
  check_bits(h, o);
  Obj **refs = object_refs(h, o, &count);
  check_slots(h, refs, count);
  if (h->check->fault) return;
  if (o->header & OBJ_CARDS) check_cards(h, o, refs, count);
  else if (!(o->header & OBJ_BARRIER) != !!(o->header & OBJ_SEEN)) fault(h, "barrier bit and remembered set do not agree");
  else if (!(o->header & OBJ_SEEN)) check_untouched(h, o, refs, count);
  if (o->header & OBJ_SEEN) h->check->remembered--;
  h->check->old_bytes += object_bytes(h, o);
}

/* -- remembered set -- */

static void note_remembered(GcHeap *h) {
  for (size_t i = 0; i < h->remembered.count && !h->check->fault; i++) {
    Obj *o = h->remembered.rows[i];
    if (!o || is_young(h, o) || reference_fault(h, o)) fault(h, "the remembered set has something that is not an old object");
    else if (o->header & OBJ_SEEN) fault(h, "an object is remembered twice");
    else {
      o->header |= OBJ_SEEN;
      h->check->remembered++;
    }
  }
}

static void note_stack(GcHeap *h) {
  for (size_t i = 0; i < h->stack.count && !h->check->fault; i++) {
    Obj *o = h->stack.rows[i];
    if (!h->marking || !o || is_young(h, o) || reference_fault(h, o) || (o->header & OBJ_MARK) != h->mark) fault(h, "the mark stack has something that is not a marked object");
    else o->header |= OBJ_GREY;
  }
}

static void unnote(GcHeap *h, const GcTable *t) {
  for (size_t i = 0; i < t->count; i++)
    if (t->rows[i] && !is_young(h, t->rows[i]) && !reference_fault(h, t->rows[i])) t->rows[i]->header &= ~(uint64_t)(OBJ_SEEN | OBJ_GREY);
}

/* -- free cells -- */

static int poisoned(const Obj *cell, size_t size) {
#ifdef ORUS_DEBUG
  const uint64_t *words = (const uint64_t *)(cell + 2), *end = words + size / 8 - 2;
  for (; words < end; words++)
    if (*words != GC_POISON * 0x0101010101010101u) return 0;
#endif
  return 1;
}

/* Every cell of the list is free, and every free cell of the class's swept blocks is in it. */
static void check_free(GcHeap *h, const GcClass *k) {
  size_t free_cells = 0;
  for (GcBlock *b = k->blocks; b; b = b->next)
    for (uint32_t i = 0; i < b->cells; i++) free_cells += !block_cell(b, i)->header;
  for (Obj *o = k->free; o && !h->check->fault; o = *(Obj **)(void *)(o + 1)) {
    const Extent *e = find_extent(h->check, (uintptr_t)o);
    if (!e || !e->block || !e->swept || o->header || !free_cells--) fault(h, "a list of free cells is damaged");
    else if (!poisoned(o, e->block->cell)) fault(h, "a free cell was written to");
  }
  if (free_cells) fault(h, "a free cell is in no list");
}

/* -- weak references and handles -- */

static void check_table(GcHeap *h, const GcTable *t, unsigned kind, int old) {
  for (size_t i = 0; i < t->count && !h->check->fault; i++) {
    Obj *o = t->rows[i];
    if (!o || reference_fault(h, o)) fault(h, "a table has something that is not an object");
    else if (shape_of(h, o)->kind != kind) fault(h, "a table has an object of another kind");
    else if (kind == GC_WEAK && reference_fault(h, ((WeakObj *)(void *)o)->target)) fault(h, "a weak reference was not cleared");
    else if (old && (is_young(h, o) || (kind == GC_WEAK && is_young(h, ((WeakObj *)(void *)o)->target)))) fault(h, "a table of the old has a young object");
  }
}

static void check_roots(GcHeap *h) {
  void (*visit)(GcHeap *, Obj **, size_t) = h->visit;
  h->visit = check_slots;
  h->config.roots(h->config.ctx, h);
  h->visit = visit;
  for (GcScope *s = h->scope; s; s = s->outer) check_slots(h, s->slots, sizeof s->slots / sizeof s->slots[0]);
}

static void check_all(GcHeap *h) {
  note_nursery(h);
  if (h->check->fault) return;
  for (unsigned c = 0; c < GC_CLASSES; c++) check_free(h, &h->classes[c]);
  note_remembered(h);
  note_stack(h);
  check_roots(h);
  check_young(h);
  old_each(h, check_old);
  if (h->check->remembered) fault(h, "the remembered set has another number of objects than say that they are in it");
  for (int old = 0; old < 2; old++) {
    check_table(h, &h->weak[old], GC_WEAK, old);
    check_table(h, &h->handles[old], GC_HANDLE, old);
  }
  if (h->check->old_bytes != h->old_bytes) fault(h, "the count of old bytes is wrong");
}

const char *gc_verify(GcHeap *h) {
  GcCheck check;
  const char *found = gc_verify_no_memory;
  h->check = &check;
  if (open_index(h, &check)) {
    check_all(h);
    unnote(h, &h->remembered);
    unnote(h, &h->stack);
    found = check.fault;
  }
  close_index(h, &check);
  h->check = NULL;
  return found;
}
