/* remember.c -- which old objects, and which parts of large arrays, were stored into: the roots that minor collections find in the old space.
 *
 * An old object with young references is in the remembered set and lacks OBJ_BARRIER; all others have it, so that the next store comes here.  Large arrays of
 * references keep it: every store into one comes here and marks a card (Wilson and Moher, "A card-marking scheme", 1989), and only dirty cards are scanned. */
#include "heap/internal.h"

#include <string.h>

/* -- stores -- */

static void mark_cards(GcHeap *h, Obj *owner, uint32_t from, uint32_t to) {
  GcLarge *l = large_of(owner);
  memset(large_cards(l) + from, 1, to - from);
  if (l->dirty_from == l->dirty_to) l->dirty_from = from, l->dirty_to = to;
  if (from < l->dirty_from) l->dirty_from = from;
  if (to > l->dirty_to) l->dirty_to = to;
  if (l->remembered) return;
  l->remembered = (uint32_t)gc_table_push(h, &h->remembered, owner);
  if (!l->remembered) h->remembered_lost = 1;
}

/* When the table cannot grow the object keeps its barrier bit, so the next store comes here again. */
void gc_write_slow(GcHeap *h, Obj *owner) {
  if (owner->header & OBJ_CARDS) mark_cards(h, owner, 0, cards_of(((ArrayObj *)owner)->length));
  else if (gc_table_push(h, &h->remembered, owner)) owner->header &= ~(uint64_t)OBJ_BARRIER;
  else h->remembered_lost = 1;
}

void gc_write_elements_slow(GcHeap *h, ArrayObj *owner, size_t first, size_t count) {
  Obj *o = (Obj *)(void *)owner;
  if (!(o->header & OBJ_CARDS)) gc_write_slow(h, o);
  else if (count) mark_cards(h, o, (uint32_t)(first / GC_CARD), cards_of(first + count));
}

/* -- minor collections -- */

/* Returns whether a young reference is left.  What was stored into or is new is marked through again while marking is under way. */
static int scan_slots(GcHeap *h, const Obj *o, Obj **refs, size_t count) {
  nursery_visit(h, refs, count);
  if (h->marking && (o->header & OBJ_MARK) == h->mark) mark_visit(h, refs, count);
  unsigned other = 1 - h->current;
  for (size_t i = 0; i < count; i++)
    if (refs[i] && in_half(h, other, refs[i])) return 1;
  return 0;
}

/* The next dirty card; `to` when there is none. */
static uint32_t next_dirty(const uint8_t *cards, uint32_t at, uint32_t to) {
  uint64_t eight = 0;
  while (at + 8 <= to) {
    memcpy(&eight, cards + at, 8);
    if (eight) break;
    at += 8;
  }
  while (at < to && !cards[at]) at++;
  return at;
}

static int scan_cards(GcHeap *h, Obj *o) {
  GcLarge *l = large_of(o);
  uint8_t *cards = large_cards(l);
  uint32_t to = l->dirty_to, first = 0, last = 0, length = ((ArrayObj *)o)->length;
  for (uint32_t c = next_dirty(cards, l->dirty_from, to); c < to; c = next_dirty(cards, c + 1, to)) {
    uint32_t n = length - c * GC_CARD < GC_CARD ? length - c * GC_CARD : GC_CARD;
    cards[c] = (uint8_t)scan_slots(h, o, (Obj **)array_data((ArrayObj *)o) + (size_t)c * GC_CARD, n);
    if (!cards[c]) continue;
    if (!last) first = c;
    last = c + 1;
  }
  l->dirty_from = first;
  l->dirty_to = last;
  return last != 0;
}

int remember_scan(GcHeap *h, Obj *o) {
  size_t count;
  Obj **refs = object_refs(h, o, &count);
  return scan_slots(h, o, refs, count);
}

static void scan_rows(GcHeap *h) {
  size_t kept = 0, count = h->remembered.count;
  for (size_t i = 0; i < count; i++) {
    Obj *o = h->remembered.rows[i];
    if (o->header & OBJ_CARDS ? scan_cards(h, o) : remember_scan(h, o)) h->remembered.rows[kept++] = o;
    else if (o->header & OBJ_CARDS) large_of(o)->remembered = 0;
    else o->header |= OBJ_BARRIER;
  }
  h->remembered.count = kept;
}

static void scan_one(GcHeap *h, Obj *o) {
  if (o->header & OBJ_CARDS ? scan_cards(h, o) : remember_scan(h, o)) h->remembered_lost = 1;
}

/* After an object had to be forgotten for want of memory, every old object is looked at.  What waits to be swept is swept first: promoting may sweep, and blocks
 * must not move from list to list while they are walked. */
void remember_scan_all(GcHeap *h) {
  int lost = h->remembered_lost;
  scan_rows(h);
  if (!lost) return;
  h->remembered_lost = 0;
  old_sweep(h, SIZE_MAX);
  old_each(h, scan_one);
}
