/* stack.c -- the three stacks of a run: raw slots, references, frames.  They move when they grow; only the machine's own registers point into them.
 *
 * A call does not clear the references of its frame.  What is there is null, or was left by a call that has returned, and is valid until the next collection, which
 * clears all that is above the frames in use.  So there are `ref_clean` slots that may be visited, and each frame starts so far below that a small one is among
 * them; a large one clears its own (SMALL_FRAME).
 *
 * When the host wants to know the most that was used, slots that were never written hold a pattern; so nothing has to be counted. */
#include "vm/internal.h"

#include <string.h>

static void *grab(Vm *vm, size_t bytes) { return vm->host.memory.alloc(vm->host.memory.ctx, bytes, 16); }
static void release(Vm *vm, void *block, size_t bytes) {
  if (block) vm->host.memory.free(vm->host.memory.ctx, block, bytes, 16);
}

enum { UNUSED_BYTE = 0xa5 };

static void mark_unused(const Vm *vm, void *base, size_t from, size_t to, size_t row) {
  if (vm->host.stack_stats) memset((char *)base + from * row, UNUSED_BYTE, (to - from) * row);
}

/* Rows up to the last one whose first word was written; one that was given the very pattern looks unused. */
static size_t rows_used(const void *base, size_t rows, size_t row) {
  uint64_t word, unused;
  memset(&unused, UNUSED_BYTE, sizeof unused);
  for (; rows; rows--) {
    memcpy(&word, (const char *)base + (rows - 1) * row, sizeof word);
    if (word != unused) break;
  }
  return rows;
}

/* Slots that hold a reference, or did: up to the last one that does, if none was cleared. */
static size_t refs_used(const Vm *vm) {
  size_t used = rows_used(vm->ref_base, vm->ref_room + VM_SLACK, sizeof(Obj *));
  while (used > 1 && !vm->ref_base[used - 1]) used--;
  return used > vm->ref_most ? used : vm->ref_most;
}

void stack_stats(const Vm *vm, VmStats *stats) {
  if (!vm->host.stack_stats) return;
  size_t frames = rows_used(vm->frame_base, vm->frame_room, sizeof(Frame));
  stats->raw_slots_max = rows_used(vm->raw_base, vm->raw_room + VM_SLACK, sizeof(Slot));
  stats->ref_slots_max = refs_used(vm);
  stats->call_depth_max = frames ? frames - 1 : 0; /* the lowest is nobody's */
}

static void set_ends(Vm *vm) {
  size_t refs = vm->ref_clean - SMALL_FRAME;
  vm->raw_end = vm->raw_base + vm->raw_room;
  vm->ref_end = vm->ref_base + (refs < vm->ref_room ? refs : vm->ref_room);
  vm->frame_end = vm->frame_base + vm->frame_room - 1;
}

/* -- references -- */

/* How many slots of the reference stack are in use. A caller's frame may end above that of what it calls; its dead temporaries up there must stay valid
 * references, because they are roots again when the callee returns. */
static size_t refs_in_use(const Vm *vm) {
  size_t most = 1, base = (size_t)(vm->ref - vm->ref_base); /* at least the result */
  for (const Frame *f = vm->frame; f > vm->frame_base; f--) {
    size_t end = base + func_head(func_code(vm->program, f->func))->ref_total;
    if (end > most) most = end;
    base -= insn_b(f->pc[-1]);
  }
  return most;
}

static void clear(Vm *vm, size_t from, size_t to) {
  if (from < to) memset(vm->ref_base + from, 0, (to - from) * sizeof(Obj *));
}

/* So many clean slots above `used` that clearing them, at each collection, costs no more than looking at those in use. */
static size_t clean_above(const Vm *vm, size_t used) {
  size_t clean = used + (used < VM_FIRST_CLEAN ? VM_FIRST_CLEAN : used), most = vm->ref_room + VM_SLACK;
  return clean < most ? clean : most;
}

void stack_visit(Vm *vm, GcHeap *heap) {
  size_t used = refs_in_use(vm), clean = clean_above(vm, used);
  gc_visit(heap, vm->ref_base, used);
  if (vm->host.stack_stats) vm->ref_most = refs_used(vm);
  if (clean > vm->ref_clean) clean = vm->ref_clean > used ? vm->ref_clean : used;
  clear(vm, used, clean);
  vm->ref_clean = clean;
  set_ends(vm);
}

/* A frame is to start above ref_end, where there is room. */
static void clean_more(Vm *vm, size_t start) {
  size_t used = refs_in_use(vm), clean = clean_above(vm, start > used ? start : used);
  clear(vm, used > vm->ref_clean ? used : vm->ref_clean, clean);
  vm->ref_clean = clean;
}

int stack_init(Vm *vm) {
  const VmLimits *l = &vm->limits;
  vm->raw_room = l->stack_raw < VM_FIRST_SLOTS ? (size_t)l->stack_raw : VM_FIRST_SLOTS;
  vm->ref_room = l->stack_ref < VM_FIRST_SLOTS ? (size_t)l->stack_ref : VM_FIRST_SLOTS;
  vm->frame_room = l->call_depth < VM_FIRST_FRAMES ? (size_t)l->call_depth + 1 : VM_FIRST_FRAMES;
  vm->raw_base = grab(vm, (vm->raw_room + VM_SLACK) * sizeof(Slot));
  vm->ref_base = grab(vm, (vm->ref_room + VM_SLACK) * sizeof(Obj *));
  vm->frame_base = grab(vm, vm->frame_room * sizeof(Frame));
  if (!vm->raw_base || !vm->ref_base || !vm->frame_base) return 0;
  mark_unused(vm, vm->raw_base, 0, vm->raw_room + VM_SLACK, sizeof(Slot));
  mark_unused(vm, vm->ref_base, 0, vm->ref_room + VM_SLACK, sizeof(Obj *));
  mark_unused(vm, vm->frame_base, 0, vm->frame_room, sizeof(Frame));
  vm->ref_clean = clean_above(vm, 0);
  clear(vm, 0, vm->ref_clean);
  set_ends(vm);
  return 1;
}

void stack_free(Vm *vm) {
  release(vm, vm->raw_base, (vm->raw_room + VM_SLACK) * sizeof(Slot));
  release(vm, vm->ref_base, (vm->ref_room + VM_SLACK) * sizeof(Obj *));
  release(vm, vm->frame_base, vm->frame_room * sizeof(Frame));
}

/* A copy of `block` with room for `want` rows and `slack` more; NULL: no memory, the old block is kept. */
static void *grown(Vm *vm, void *block, size_t room, size_t want, size_t slack, size_t row) {
  void *to = grab(vm, (want + slack) * row);
  if (!to) return NULL;
  memcpy(to, block, (room + slack) * row);
  mark_unused(vm, to, room + slack, want + slack, row);
  release(vm, block, (room + slack) * row);
  return to;
}

/* Doubles, up to the limit; 0 when at the limit. */
static size_t next_room(size_t room, uint64_t limit) {
  if (room >= limit) return 0;
  return room * 2 < limit ? room * 2 : (size_t)limit;
}

static int grow_raw(Vm *vm) {
  size_t at = (size_t)(vm->raw - vm->raw_base), want = next_room(vm->raw_room, vm->limits.stack_raw);
  Slot *to = want ? grown(vm, vm->raw_base, vm->raw_room, want, VM_SLACK, sizeof(Slot)) : NULL;
  if (!to) return want ? -1 : 0;
  vm->raw_base = to;
  vm->raw_room = want;
  vm->raw = to + at;
  return 1;
}

static int grow_ref(Vm *vm) {
  size_t at = (size_t)(vm->ref - vm->ref_base), want = next_room(vm->ref_room, vm->limits.stack_ref);
  Obj **to = want ? grown(vm, vm->ref_base, vm->ref_room, want, VM_SLACK, sizeof(Obj *)) : NULL;
  if (!to) return want ? -1 : 0;
  vm->ref_base = to;
  vm->ref_room = want;
  vm->ref = to + at;
  return 1;
}

static int grow_frames(Vm *vm) {
  size_t at = (size_t)(vm->frame - vm->frame_base), want = next_room(vm->frame_room, vm->limits.call_depth + 1);
  Frame *to = want ? grown(vm, vm->frame_base, vm->frame_room, want, 0, sizeof(Frame)) : NULL;
  if (!to) return want ? -1 : 0;
  vm->frame_base = to;
  vm->frame_room = want;
  vm->frame = to + at;
  return 1;
}

/* The windows of the instruction in front of pc decide which stack is short; a frame may need up to VM_SLACK more than its start, which is there. */
int stack_grow(Vm *vm) {
  unsigned a = insn_a(vm->pc[-1]), b = insn_b(vm->pc[-1]);
  int r = 1;
  if (vm->raw + a > vm->raw_end) r = grow_raw(vm);
  if (r > 0 && vm->ref + b > vm->ref_base + vm->ref_room) r = grow_ref(vm);
  if (r > 0 && vm->ref + b > vm->ref_end) clean_more(vm, (size_t)(vm->ref - vm->ref_base) + b);
  if (r > 0 && vm->frame == vm->frame_end) r = grow_frames(vm);
  set_ends(vm);
  return r;
}
