/* The collector against a model: the same random changes are made to objects of the heap and to plain C memory, and must give the same graph. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../memory.h"
#include "heap/internal.h"

enum { NODE = 32, REFS, BYTES, WEAK, HANDLE, ONE, TYPES, ROOTS = 64 };

static const GcShape shapes[TYPES] = {
    [NODE] = {GC_FIXED, 0, 2, 32, 0}, [REFS] = {GC_ARRAY_REF, 3, 0, 16, 0}, [BYTES] = {GC_ARRAY_RAW, 0, 0, 16, 0}, [WEAK] = {GC_WEAK, 0, 0, 16, 0}, [HANDLE] = {GC_HANDLE, 0, 0, 16, 0},
    [ONE] = {GC_FIXED, 0, 1, 16, 0}};

typedef struct Node {
  uint64_t header;
  Obj *left, *right;
  uint64_t number;
} Node;

typedef struct World {
  GcHeap heap;
  Obj *roots[ROOTS];
  CountedMemory memory;
  int closed[64];
  uint64_t clock, tick; /* the time goes on by `tick` whenever it is asked for */
} World;

static void world_roots(void *ctx, GcHeap *heap) { gc_visit(heap, ((World *)ctx)->roots, ROOTS); }
static void world_close(void *ctx, int64_t handle) { ((World *)ctx)->closed[handle]++; }

static uint64_t world_now(void *ctx) { return ((World *)ctx)->clock += ((World *)ctx)->tick; }

static int open_with(World *w, uint64_t limit, int incremental) {
  size_t fail_at = w->memory.fail_at;
  memset(w, 0, sizeof *w);
  w->memory.fail_at = fail_at;
  GcConfig c = {.memory = counted_memory(&w->memory), .shapes = shapes, .shapes_count = TYPES, .heap_limit = limit, .nursery_bytes = 16384, .ctx = w, .roots = world_roots, .close = world_close,
                .incremental = incremental, .step_bytes = 512};
  return gc_init(&w->heap, &c);
}

static int open_world(World *w, uint64_t limit) { return open_with(w, limit, 0); }

static void close_world(World *w) {
  gc_free(&w->heap);
  assert_int_equal(w->memory.outstanding, 0);
}

static uint64_t seed = 1;
static uint32_t random32(void) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(seed >> 33);
}

static Node *node(Obj *o) { return (Node *)(void *)o; }
static Obj **elements(Obj *array) { return (Obj **)array_data((ArrayObj *)(void *)array); }
static ArrayObj *array_of(Obj *array) { return (ArrayObj *)(void *)array; }

/* -- the model: nodes by number; each knows the numbers of its children (0: none) -- */

#ifdef ORUS_STRESS /* collects and verifies at every allocation */
enum { MODEL = 6001, STEPS = 1000, GAP = 4, SMALL = 131072, MIDDLE = 262144, ROOMY = 524288 }; /* the verifier obtains memory too: thousands of allocations, of which a sample fails */
#else
enum { MODEL = 100000, STEPS = 30000, GAP = 1000, SMALL = 1 << 20, MIDDLE = 4 << 20, ROOMY = 64 << 20 };
#endif
typedef struct ModelNode { uint32_t left, right; } ModelNode;

/* Compares what is reachable from the roots; numbers found on the way are marked so that cycles end. */
static void compare(Obj *o, uint32_t number, const ModelNode *model, char *seen) {
  while (o || number) {
    assert_non_null(o);
    assert_int_equal(node(o)->number, number);
    if (seen[number]) return;
    seen[number] = 1;
    compare(node(o)->left, model[number].left, model, seen);
    o = node(o)->right;
    number = model[number].right;
  }
}

static void change_graphs(int incremental) {
  World *w = calloc(1, sizeof *w);
  ModelNode *model = calloc(MODEL, sizeof *model);
  uint32_t roots[ROOTS] = {0}, next = 1;
  char *seen = calloc(MODEL, 1);
  assert_true(open_with(w, 64 << 20, incremental));
  while (next < MODEL) {
    unsigned r = random32() % ROOTS, other = random32() % ROOTS;
    switch (random32() % 8) {
    case 0: case 1: case 2: case 3: { /* a new node that points to what two roots hold */
      Obj *o = gc_alloc(&w->heap, obj_header(NODE, 0), 32);
      assert_non_null(o);
      node(o)->number = next;
      node(o)->left = w->roots[r];
      node(o)->right = w->roots[other];
      gc_wrote(&w->heap, o);
      model[next] = (ModelNode){roots[r], roots[other]};
      w->roots[r] = o;
      roots[r] = next++;
      break;
    }
    case 4: case 5: /* an old node gets a new child: the barrier */
      if (!w->roots[r]) break;
      node(w->roots[r])->left = w->roots[other];
      gc_wrote(&w->heap, w->roots[r]);
      model[roots[r]].left = roots[other];
      break;
    case 6: w->roots[r] = NULL, roots[r] = 0; break;
    default: /* walk down, so that old nodes are reached */
      if (!w->roots[r]) break;
      w->roots[r] = node(w->roots[r])->right;
      roots[r] = model[roots[r]].right;
    }
    if (next % 2000 == 0) {
      gc_collect(&w->heap, !incremental && next % 4000 == 0);
      assert_null(gc_verify(&w->heap));
      w->heap.next_full = 0; /* collect the old space all the time */
    }
    if (incremental && random32() % 256 == 0) { /* a step; in between, objects are stored into and moved around */
      gc_collect(&w->heap, 0);
      assert_null(gc_verify(&w->heap));
    }
  }
  for (unsigned i = 0; i < ROOTS; i++) {
    memset(seen, 0, MODEL);
    compare(w->roots[i], roots[i], model, seen);
  }
  GcStats s;
  gc_stats(&w->heap, &s);
  assert_true(s.minor > 50 && s.full >= 2 && s.promoted > 0);
#ifndef ORUS_STRESS /* that build collects everything at each 64th allocation */
  assert_true(incremental ? s.steps > s.full * 4 : s.steps == 0);
#endif
  close_world(w);
  free(model);
  free(seen);
  free(w);
}

static void graphs_survive_random_changes(void **unused) {
  (void)unused;
  change_graphs(0);
}

static void graphs_survive_while_they_are_marked_in_steps(void **unused) {
  (void)unused;
  change_graphs(1);
}

static void large_arrays_of_references_are_scanned(void **unused) {
  (void)unused;
  World *w = calloc(1, sizeof *w);
  assert_true(open_world(w, 64 << 20));
  w->roots[0] = (Obj *)(void *)gc_alloc_array(&w->heap, REFS, 5000);
  for (uint32_t i = 0; i < 5000; i++) {
    Obj *o = gc_alloc(&w->heap, obj_header(NODE, 0), 32);
    node(o)->number = i;
    ((Obj **)array_data((ArrayObj *)(void *)w->roots[0]))[i] = o;
    gc_wrote(&w->heap, w->roots[0]);
  }
  gc_collect(&w->heap, 1);
  for (uint32_t i = 0; i < 5000; i++) assert_int_equal(node(((Obj **)array_data((ArrayObj *)(void *)w->roots[0]))[i])->number, i);
  close_world(w);
  free(w);
}

static void weak_references_are_cleared_and_handles_closed_once(void **unused) {
  (void)unused;
  World *w = calloc(1, sizeof *w);
  assert_true(open_world(w, 16 << 20));
  for (int full = 0; full < 2; full++) {
    w->roots[0] = gc_alloc(&w->heap, obj_header(NODE, 0), 32);
    w->roots[1] = gc_alloc(&w->heap, obj_header(WEAK, 0), 16);
    ((WeakObj *)(void *)w->roots[1])->target = w->roots[0];
    assert_non_null(gc_register_weak(&w->heap, w->roots[1]));
    w->roots[2] = gc_alloc(&w->heap, obj_header(HANDLE, 0), 16);
    ((HandleObj *)(void *)w->roots[2])->handle = full;
    assert_non_null(gc_register_handle(&w->heap, w->roots[2]));
    gc_collect(&w->heap, full);
    assert_ptr_equal(((WeakObj *)(void *)w->roots[1])->target, w->roots[0]);
    assert_int_equal(w->closed[full], 0);
    w->roots[0] = w->roots[2] = NULL;
    gc_collect(&w->heap, 1);
    assert_null(((WeakObj *)(void *)w->roots[1])->target);
    assert_int_equal(w->closed[full], 1);
    gc_collect(&w->heap, 1);
    assert_int_equal(w->closed[full], 1);
  }
  w->roots[2] = gc_alloc(&w->heap, obj_header(HANDLE, 0), 16);
  ((HandleObj *)(void *)w->roots[2])->handle = 9;
  assert_non_null(gc_register_handle(&w->heap, w->roots[2]));
  close_world(w); /* closes what is still alive */
  assert_int_equal(w->closed[9], 1);
  free(w);
}

static void the_limit_is_kept_and_reaching_it_is_no_harm(void **unused) {
  (void)unused;
  World *w = calloc(1, sizeof *w);
  uint64_t limit = SMALL;
  assert_true(open_world(w, limit));
  uint32_t made = 0;
  for (;;) { /* a list that grows until there is no room */
    Obj *o = gc_alloc(&w->heap, obj_header(NODE, 0), 32);
    if (!o) break;
    node(o)->number = made++;
    node(o)->left = w->roots[0];
    gc_wrote(&w->heap, o);
    w->roots[0] = o;
  }
  GcStats s;
  gc_stats(&w->heap, &s);
  assert_true(s.in_use <= limit && made * 32 > limit * 3 / 4);
  uint32_t n = made;
  for (Obj *o = w->roots[0]; o; o = node(o)->left) assert_int_equal(node(o)->number, --n);
  assert_null(gc_alloc_array(&w->heap, BYTES, 1u << 30));
  w->roots[0] = NULL;
  assert_non_null(gc_alloc_array(&w->heap, BYTES, (uint32_t)limit / 8 * 3)); /* the room is there again */
  assert_null(gc_verify(&w->heap));
  close_world(w);
  free(w);
}

static void run_out(int incremental) {
  World *w = calloc(1, sizeof *w);
  size_t completed = 0;
  for (size_t n = 1; !completed && n < 20000; n += 1 + n / GAP) {
    w->memory.fail_at = n;
    if (!open_with(w, 8 << 20, incremental)) continue;
    uint32_t i = 0;
    for (; i < STEPS; i++) {
      Obj *o = i % 100 == 99 ? (Obj *)(void *)gc_alloc_array(&w->heap, BYTES, 9000) : gc_alloc(&w->heap, obj_header(NODE, 0), 32);
      if (!o) break;
      if (i % 100 == 99) continue;
      node(o)->left = w->roots[i % 8];
      node(o)->number = i;
      gc_wrote(&w->heap, o);
      if (i % 3 == 0) w->roots[i % 8] = o;
      if (i % 50 == 0) w->roots[i % 8] = NULL;
    }
    w->memory.fail_at = 0; /* verifying needs memory too */
    assert_null(gc_verify(&w->heap));
    completed = i == STEPS;
    close_world(w);
  }
  assert_true(completed);
  free(w);
}

static void memory_may_run_out_at_any_allocation(void **unused) {
  (void)unused;
  run_out(0);
  run_out(1);
}

/* -- the verifier: each kind of damage is planted, must be reported by its name, and is mended again -- */

static void expect_fault(World *w, const char *text) {
  const char *found = gc_verify(&w->heap);
  assert_non_null(found);
  assert_string_equal(found, text);
}

/* roots[0]: an old node; roots[1]: a young one; roots[2]: an old array of 4 references; roots[3]: a large one. */
static World *open_for_damage(void) {
  World *w = calloc(1, sizeof *w);
  assert_true(open_world(w, 16 << 20));
  w->roots[0] = gc_alloc(&w->heap, obj_header(NODE, 0), 32);
  w->roots[2] = (Obj *)(void *)gc_alloc_array(&w->heap, REFS, 4);
  w->roots[3] = (Obj *)(void *)gc_alloc_array(&w->heap, REFS, 5000);
  gc_collect(&w->heap, 1);
  w->roots[1] = gc_alloc(&w->heap, obj_header(NODE, 0), 32);
  assert_null(gc_verify(&w->heap));
  return w;
}

static void close_damaged(World *w) {
  assert_null(gc_verify(&w->heap));
  close_world(w);
  free(w);
}

static Obj *inside(Obj *o, size_t bytes) { return (Obj *)(void *)((char *)o + bytes); }

static void the_verifier_finds_wrong_references(void **unused) {
  (void)unused;
  World *w = open_for_damage();
  Obj *old = w->roots[0], *young = w->roots[1], *large = w->roots[3];
  uint64_t outside[4] = {OBJ_LIVE};
  Obj **slots[] = {&w->roots[9], &node(young)->left, &node(old)->left, (Obj **)array_data((ArrayObj *)(void *)large) + 4999};
  for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) { /* a root, a young, an old and a large object */
    *slots[i] = (Obj *)(void *)((char *)old + 4);
    expect_fault(w, "a reference is not aligned");
    *slots[i] = inside(old, 8);
    expect_fault(w, "a reference points into an old object");
    *slots[i] = inside(old, 32); /* the cell behind it */
    expect_fault(w, "a reference points to a free cell");
    *slots[i] = inside(large, 16);
    expect_fault(w, "a reference points into an old object");
    *slots[i] = (Obj *)(void *)outside;
    expect_fault(w, "a reference points outside the heap");
    *slots[i] = inside(young, 8);
    expect_fault(w, "a reference points into a young object");
    *slots[i] = inside(young, 64);
    expect_fault(w, "a reference points behind the last young object");
    *slots[i] = (Obj *)(void *)w->heap.space[1 - w->heap.current];
    expect_fault(w, "a reference points into the half that was left");
    *slots[i] = NULL;
  }
  GcScope scope;
  gc_scope_open(&w->heap, &scope);
  scope.slots[3] = inside(old, 8);
  expect_fault(w, "a reference points into an old object");
  gc_scope_close(&w->heap, &scope);
  close_damaged(w);
}

static void the_verifier_finds_a_store_without_barrier(void **unused) {
  (void)unused;
  World *w = open_for_damage();
  Obj *old = w->roots[0], *young = w->roots[1];
  node(old)->left = young;
  expect_fault(w, "an old object with a young reference is not remembered");
  gc_wrote(&w->heap, old);
  assert_null(gc_verify(&w->heap));
  old->header |= OBJ_BARRIER;
  expect_fault(w, "barrier bit and remembered set do not agree");
  old->header &= ~(uint64_t)OBJ_BARRIER;
  w->heap.remembered.rows[w->heap.remembered.count++] = old;
  expect_fault(w, "an object is remembered twice");
  w->heap.remembered.rows[w->heap.remembered.count - 1] = young;
  expect_fault(w, "the remembered set has something that is not an old object");
  w->heap.remembered.count--;
  w->roots[2]->header &= ~(uint64_t)OBJ_BARRIER;
  expect_fault(w, "barrier bit and remembered set do not agree");
  w->roots[2]->header |= OBJ_BARRIER;
  close_damaged(w);
}

static void the_verifier_finds_wrong_headers_and_counts(void **unused) {
  (void)unused;
  World *w = open_for_damage();
  static const struct {
    int root;
    uint64_t flip;
    const char *fault;
  } damage[] = {{0, OBJ_MARK, "an object that lives has the wrong mark"},       {0, OBJ_OLD, "an old object says that it is young"},
                {2, OBJ_LARGE, "an object has the wrong size bit"},             {3, OBJ_LARGE, "an object has the wrong size bit"},
                {1, OBJ_OLD, "a young object has bits of an old one"},          {1, OBJ_LIVE, "an object is forwarded outside a collection"},
                {0, (uint64_t)1 << 63, "an object has a type that does not exist"}, {1, (uint64_t)1 << 63, "an object has a type that does not exist"}};
  for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
    w->roots[damage[i].root]->header ^= damage[i].flip;
    expect_fault(w, damage[i].fault);
    w->roots[damage[i].root]->header ^= damage[i].flip;
  }
  w->heap.old_bytes += 8;
  expect_fault(w, "the count of old bytes is wrong");
  w->heap.old_bytes -= 8;
  w->heap.top -= 8;
  expect_fault(w, "the last young object has no end");
  w->heap.top += 8;
  char *limit = w->heap.limit;
  w->heap.limit = w->heap.nursery_end + 16;
  expect_fault(w, "the nursery's pointers are out of order");
  w->heap.limit = limit;
  close_damaged(w);
}

/* Behind the last of the cells of roots[2] there is room for no more, but for an address. */
static Obj *behind_last_cell(World *w) {
  for (unsigned c = 0; c < GC_CLASSES; c++)
    for (GcBlock *b = w->heap.classes[c].blocks; b; b = b->next)
      if ((uintptr_t)w->roots[2] - (uintptr_t)b < b->bytes) {
        Obj *o = block_cell(b, b->cells);
        assert_true((uintptr_t)o < (uintptr_t)b + b->bytes);
        return o;
      }
  fail();
  return NULL;
}

static void the_verifier_finds_wrong_cells_and_sizes(void **unused) {
  (void)unused;
  World *w = open_for_damage();
  w->roots[9] = behind_last_cell(w);
  expect_fault(w, "a reference points behind the last cell of a block");
  w->roots[9] = NULL;
  GcShape odd[TYPES];
  memcpy(odd, shapes, sizeof odd);
  w->heap.config.shapes = odd;
  static const uint32_t sizes[] = {8, 20, 0};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    odd[NODE].size = sizes[i];
    expect_fault(w, "an object has a wrong size");
  }
  w->heap.config.shapes = shapes;
  close_damaged(w);
}

static void the_verifier_finds_damage_to_marking(void **unused) {
  (void)unused;
  World *w = open_for_damage();
  static const char *const not_marked = "the mark stack has something that is not a marked object", *const lost = "an object is lost that was not marked, or for good";
  GcTable stack = w->heap.stack;
  Obj *row = w->roots[0];
  w->heap.stack = (GcTable){&row, 1, 1};
  expect_fault(w, not_marked); /* nothing is being marked */
  w->heap.marking = 1;
  assert_null(gc_verify(&w->heap));
  Obj *wrong[] = {NULL, w->roots[1], inside(w->roots[0], 8), inside(w->roots[0], 32)};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    row = wrong[i];
    expect_fault(w, not_marked);
  }
  row = w->roots[0];
  row->header ^= OBJ_MARK;
  expect_fault(w, not_marked);
  row->header ^= OBJ_MARK;
  w->heap.marking = 0;
  w->heap.stack = stack;
  row->header |= OBJ_LOST;
  expect_fault(w, lost);
  row->header &= ~(uint64_t)OBJ_LOST;
  uint64_t header = row->header;
  row->header = (header | OBJ_SEEN) & ~(uint64_t)OBJ_BARRIER; /* says that it is remembered, and nobody does */
  expect_fault(w, "the remembered set has another number of objects than say that they are in it");
  row->header = header;
  close_damaged(w);
}

static void the_verifier_says_when_it_has_no_memory(void **unused) {
  (void)unused;
  World *w = open_for_damage();
  for (size_t n = 1; n <= 2; n++) {
    w->memory.allocations = 0;
    w->memory.fail_at = n;
    assert_ptr_equal(gc_verify(&w->heap), gc_verify_no_memory);
  }
  w->memory.fail_at = 0;
  close_damaged(w);
}

static void the_verifier_finds_damage_to_tables_and_free_cells(void **unused) {
  (void)unused;
  World *w = open_for_damage();
  Obj *weak = w->roots[4] = gc_alloc(&w->heap, obj_header(WEAK, 0), 16);
  assert_non_null(gc_register_weak(&w->heap, weak));
  ((WeakObj *)(void *)weak)->target = inside(w->roots[0], 8);
  expect_fault(w, "a weak reference was not cleared");
  ((WeakObj *)(void *)weak)->target = NULL;
  w->heap.weak[0].rows[0] = w->roots[0];
  expect_fault(w, "a table has an object of another kind");
  w->heap.weak[0].rows[0] = inside(weak, 8);
  expect_fault(w, "a table has something that is not an object");
  w->heap.weak[0].rows[0] = weak;
  w->heap.weak[1] = w->heap.weak[0];
  w->heap.weak[0].count = 0;
  expect_fault(w, "a table of the old has a young object");
  w->heap.weak[0].count = 1;
  w->heap.weak[1] = (GcTable){0};
  Obj *cell = inside(w->roots[0], 32), *next = *(Obj **)(void *)(cell + 1);
  *(Obj **)(void *)(cell + 1) = w->roots[0];
  expect_fault(w, "a list of free cells is damaged");
  *(Obj **)(void *)(cell + 1) = NULL;
  expect_fault(w, "a free cell is in no list");
  *(Obj **)(void *)(cell + 1) = next;
#ifdef ORUS_DEBUG
  ((uint64_t *)(void *)cell)[2] ^= 1;
  expect_fault(w, "a free cell was written to");
  ((uint64_t *)(void *)cell)[2] ^= 1;
#endif
  close_damaged(w);
}

/* What the last marking did not reach is dead although its cell was not swept yet. */
static void the_verifier_finds_references_to_the_dead(void **unused) {
  (void)unused;
  World *w = calloc(1, sizeof *w);
  assert_true(open_world(w, 16 << 20));
  for (uint32_t i = 0; i < 4000; i++) { /* two blocks, of which half the nodes die */
    Obj *o = gc_alloc(&w->heap, obj_header(NODE, 0), 32);
    node(o)->left = w->roots[i % 2];
    gc_wrote(&w->heap, o);
    w->roots[i % 2] = o;
  }
  gc_collect(&w->heap, 1);
  Obj *dead = w->roots[1];
  w->roots[1] = NULL;
  gc_collect(&w->heap, 1);
  w->roots[1] = dead;
  expect_fault(w, "a reference points to a free cell");
#ifdef ORUS_DEBUG
  assert_int_equal(node(dead)->number & 0xff, 0xdb); /* poisoned */
#endif
  w->roots[1] = NULL;
  close_damaged(w);
}

static void scopes_are_roots(void **unused) {
  (void)unused;
  World *w = calloc(1, sizeof *w);
  assert_true(open_world(w, 16 << 20));
  GcScope scope;
  gc_scope_open(&w->heap, &scope);
  scope.slots[0] = gc_alloc(&w->heap, obj_header(NODE, 0), 32);
  node(scope.slots[0])->number = 77;
  Obj *before = scope.slots[0];
  gc_collect(&w->heap, 0);
  assert_ptr_not_equal(scope.slots[0], before);
  assert_int_equal(node(scope.slots[0])->number, 77);
  gc_scope_close(&w->heap, &scope);
  close_world(w);
  free(w);
}

/* -- marking in steps -- */

/* A list of `n` old nodes in roots[0], with marking just begun. */
static World *open_marking(uint32_t n) {
  World *w = calloc(1, sizeof *w);
  assert_true(open_with(w, 64 << 20, 1));
  for (uint32_t i = 0; i < n; i++) {
    Obj *o = gc_alloc(&w->heap, obj_header(NODE, 0), 32);
    node(o)->number = n - i;
    node(o)->left = w->roots[0];
    gc_wrote(&w->heap, o);
    w->roots[0] = o;
  }
  gc_collect(&w->heap, 1);
  w->heap.next_full = 0;
  gc_collect(&w->heap, 0);
  assert_true(w->heap.marking);
  return w;
}

static void a_reference_may_hide_from_the_marker(void **unused) {
  (void)unused;
  World *w = open_marking(1000);
  Obj *o = w->roots[0], *last;
  while (node(node(o)->left)->left) o = node(o)->left;
  last = node(o)->left;
  assert_int_not_equal(last->header & OBJ_MARK, w->heap.mark);
  node(w->roots[0])->right = last; /* the only reference is now in an object that was scanned already */
  node(o)->left = NULL;
  expect_fault(w, "a scanned object refers to one that is not marked");
  gc_wrote(&w->heap, w->roots[0]);
  gc_wrote(&w->heap, o);
  last = NULL;
  while (w->heap.marking) {
    gc_collect(&w->heap, 0);
    assert_null(gc_verify(&w->heap));
  }
  assert_int_equal(node(node(w->roots[0])->right)->number, 1000);
  close_damaged(w);
}

static void what_dies_is_found_by_steps_and_swept_without_haste(void **unused) {
  (void)unused;
  World *w = open_marking(20000); /* ten blocks */
  w->roots[1] = gc_alloc(&w->heap, obj_header(WEAK, 0), 16);
  assert_non_null(gc_register_weak(&w->heap, w->roots[1]));
  ((WeakObj *)(void *)w->roots[1])->target = node(w->roots[0])->left;
  w->roots[2] = gc_alloc(&w->heap, obj_header(HANDLE, 0), 16);
  ((HandleObj *)(void *)w->roots[2])->handle = 7;
  assert_non_null(gc_register_handle(&w->heap, w->roots[2]));
  while (w->heap.marking) gc_collect(&w->heap, 0);
  gc_collect(&w->heap, 0);
  assert_non_null(((WeakObj *)(void *)w->roots[1])->target);
  assert_int_equal(w->closed[7], 0);
  Obj *dead = node(w->roots[0])->left;
  w->roots[0] = w->roots[2] = NULL;
  GcStats before, after;
  gc_stats(&w->heap, &before);
  do {
    w->heap.next_full = 0;
    gc_collect(&w->heap, 0);
  } while (w->heap.stats.full == before.full);
  assert_null(((WeakObj *)(void *)w->roots[1])->target);
  assert_int_equal(w->closed[7], 1);
#ifndef ORUS_STRESS
  w->roots[3] = dead; /* not swept yet, but dead */
  expect_fault(w, "a reference points to an object that the last marking did not reach");
  w->roots[3] = NULL;
#endif
  assert_null(gc_verify(&w->heap));
  w->heap.next_full = UINT64_MAX;
  for (int i = 0; i < 10; i++) gc_collect(&w->heap, 0);
  gc_stats(&w->heap, &after);
  assert_true(after.in_use + 9 * w->heap.block_bytes < before.in_use); /* its memory went back */
  (void)dead;
  close_damaged(w);
}

/* -- the mark stack cannot grow -- */

#ifdef ORUS_STRESS
enum { LINKS = 40 };
#else
enum { LINKS = 1000 };
#endif
enum { WIDTH = 900 };

/* A chain of arrays, each full of small objects but for the next array: what is marked of one stays on the stack, and the next one is pushed last.  Old space is
 * gone through from the newest block to the oldest, so an array comes before the one that refers to it. */
static World *open_with_chain(void) {
  World *w = calloc(1, sizeof *w);
  assert_true(open_world(w, 64 << 20));
  Obj *last = NULL;
  w->heap.enabled = 0; /* straight to the old space, as soon as the nursery is full */
  while (w->heap.old_bytes == 0) assert_non_null(gc_alloc_array(&w->heap, BYTES, 4000));
  for (uint32_t i = 0; i < LINKS; i++) {
    Obj *array = (Obj *)(void *)gc_alloc_array(&w->heap, REFS, WIDTH);
    assert_non_null(array);
    for (uint32_t k = 0; k + 1 < WIDTH; k++) elements(array)[k] = gc_alloc(&w->heap, obj_header(ONE, 0), 16);
    if (last) elements(last)[WIDTH - 1] = array;
    else w->roots[0] = array;
    if (last) gc_wrote(&w->heap, last);
    gc_wrote(&w->heap, array);
    last = array;
  }
  w->heap.enabled = 1;
  return w;
}

static uint32_t links(const World *w) {
  uint32_t n = 0;
  for (Obj *o = w->roots[0]; o; o = elements(o)[WIDTH - 1], n++)
    for (uint32_t k = 0; k + 1 < WIDTH; k++) assert_int_equal(obj_type(elements(o)[k]), ONE);
  return n;
}

static void a_full_mark_stack_is_not_gone_through_the_heap_for_without_end(void **unused) {
  (void)unused;
  World *w = open_with_chain();
  gc_collect(&w->heap, 0);
  gc_set_limit(&w->heap, w->heap.stats.in_use); /* nothing more can be had */
  uint64_t before = w->heap.old_bytes;
  gc_collect(&w->heap, 1);
  assert_in_range(w->heap.stats.rescans, 1, 64);
  assert_int_equal(links(w), LINKS);
  assert_true(w->heap.old_bytes <= before && w->heap.old_bytes > (uint64_t)LINKS * WIDTH * 16);
  assert_null(gc_verify(&w->heap));
  for (int i = 0; i < LINKS / 2; i++) w->roots[0] = elements(w->roots[0])[WIDTH - 1];
  gc_collect(&w->heap, 1);
  assert_int_equal(links(w), LINKS - LINKS / 2);
  assert_true(w->heap.old_bytes < before / 8 * 5);
  close_damaged(w);
}

/* The same in steps, with changes in between: marking ends, and what was lost is alive. */
static void marking_in_steps_outlives_a_full_stack(void **unused) {
  (void)unused;
  World *w = open_with_chain();
  gc_collect(&w->heap, 1);
  w->heap.config.incremental = 1;
  w->heap.next_full = 0;
  gc_set_limit(&w->heap, w->heap.stats.in_use);
  w->heap.next_full = 0;
  uint64_t full = w->heap.stats.full;
  for (int i = 0; w->heap.stats.full == full; i++) {
    assert_true(i < 1000000);
    gc_collect(&w->heap, 0);
    if (i % 64 == 0) assert_null(gc_verify(&w->heap));
  }
  assert_in_range(w->heap.stats.rescans, 1, 64);
  assert_int_equal(links(w), LINKS);
  close_damaged(w);
}

/* Marking keeps pace with allocation: the old space does not grow without bounds while it is under way, also when only large objects are made. */
static void marking_keeps_pace(void **unused) {
  (void)unused;
  for (int large = 0; large < 2; large++) {
    World *w = open_marking(4000);
    uint64_t live = w->heap.old_bytes, most = 0;
    for (uint32_t i = 0; i < (large ? 2000u : 1000000u) && w->heap.stats.full < 6; i++) {
      Obj *o = large ? (Obj *)(void *)gc_alloc_array(&w->heap, BYTES, 20000) : gc_alloc(&w->heap, obj_header(NODE, 0), 32);
      assert_non_null(o);
      w->roots[1 + i % 60] = o; /* lives long enough to be promoted */
      if (!large) node(o)->left = w->roots[1 + (i + 1) % 60];
      if (i % 60 == 0) memset(&w->roots[1], 0, 60 * sizeof(Obj *));
      if (w->heap.old_bytes > most) most = w->heap.old_bytes;
    }
    assert_true(large ? w->heap.stats.full >= 3 : w->heap.stats.full >= 2);
    assert_true(most < live * 2 + (10 << 20)); /* threshold, and a part more */
    close_damaged(w);
  }
}

/* -- cards -- */

static void only_dirty_cards_are_scanned(void **unused) {
  (void)unused;
  World *w = calloc(1, sizeof *w);
  assert_true(open_world(w, 64 << 20));
  uint32_t n = 700001;
  w->roots[0] = (Obj *)(void *)gc_alloc_array(&w->heap, REFS, n);
  w->roots[1] = gc_alloc(&w->heap, obj_header(NODE, 0), 32);
  elements(w->roots[0])[5] = elements(w->roots[0])[n - 1] = w->roots[1];
  gc_wrote_elements(&w->heap, array_of(w->roots[0]), 5, 1);
  expect_fault(w, "an old object with a young reference is not remembered");
  gc_wrote_elements(&w->heap, array_of(w->roots[0]), n - 1, 1);
  assert_null(gc_verify(&w->heap));
#ifndef ORUS_STRESS /* that build stops at the damage */
  elements(w->roots[0])[500000] = w->roots[1]; /* without saying so: this card must not be looked at */
  Obj *before = w->roots[1];
  gc_collect(&w->heap, 0);
  assert_ptr_not_equal(w->roots[1], before);
  assert_ptr_equal(elements(w->roots[0])[500000], before);
  elements(w->roots[0])[500000] = NULL;
#endif
  assert_ptr_equal(elements(w->roots[0])[5], w->roots[1]);
  assert_ptr_equal(elements(w->roots[0])[n - 1], w->roots[1]);
  assert_null(gc_verify(&w->heap));
  for (int i = 0; i < 3; i++) gc_collect(&w->heap, 0); /* the node is old now: nothing is dirty */
  assert_int_equal(w->heap.remembered.count, 0);
  elements(w->roots[0])[77] = gc_alloc(&w->heap, obj_header(NODE, 0), 32);
  gc_wrote(&w->heap, w->roots[0]); /* "somewhere" */
  gc_collect(&w->heap, 0);
  assert_non_null(elements(w->roots[0])[77]);
  close_damaged(w);
}

static void the_verifier_finds_damaged_cards(void **unused) {
  (void)unused;
  World *w = open_for_damage();
  Obj *large = w->roots[3];
  elements(large)[300] = w->roots[1];
  gc_wrote_elements(&w->heap, array_of(large), 300, 1);
  assert_null(gc_verify(&w->heap));
  GcLarge *head = large_of(large);
  uint32_t from = head->dirty_from, to = head->dirty_to;
  head->dirty_from = 300 / GC_CARD + 1;
  expect_fault(w, "a dirty card would not be seen");
  head->dirty_from = from;
  head->dirty_to = 300 / GC_CARD;
  expect_fault(w, "a dirty card would not be seen");
  head->dirty_to = to;
  large->header &= ~(uint64_t)OBJ_BARRIER;
  expect_fault(w, "barrier bit and remembered set do not agree");
  large->header |= OBJ_BARRIER;
  w->heap.remembered.count = 0;
  expect_fault(w, "barrier bit and remembered set do not agree");
  w->heap.remembered.count = 1;
  large->header ^= OBJ_CARDS;
  expect_fault(w, "an object has the wrong size bit");
  large->header ^= OBJ_CARDS;
  close_damaged(w);
}

/* Random single and bulk stores into large arrays, compared with a copy. */
static void change_arrays(int incremental) {
  enum { N = 3000, ARRAYS = 3 };
  World *w = calloc(1, sizeof *w);
  uint64_t(*model)[N] = calloc(ARRAYS, sizeof *model);
  assert_true(open_with(w, 64 << 20, incremental));
  for (int a = 0; a < ARRAYS; a++) w->roots[a] = (Obj *)(void *)gc_alloc_array(&w->heap, REFS, N);
  for (uint32_t i = 1; i < STEPS * 2; i++) {
    unsigned a = random32() % ARRAYS, from = random32() % ARRAYS;
    uint32_t at = random32() % N, n = random32() % (N - at), source = random32() % (N - n);
    if (i % 64) { /* one new object */
      Obj *o = gc_alloc(&w->heap, obj_header(NODE, 0), 32);
      assert_non_null(o);
      node(o)->number = model[a][at] = i;
      elements(w->roots[a])[at] = o;
      gc_wrote_elements(&w->heap, array_of(w->roots[a]), at, 1);
    } else { /* a run of elements */
      memmove(elements(w->roots[a]) + at, elements(w->roots[from]) + source, n * sizeof(Obj *));
      memmove(model[a] + at, model[from] + source, n * sizeof model[0][0]);
      gc_wrote_elements(&w->heap, array_of(w->roots[a]), at, n);
    }
    if (i % 1000) continue;
    assert_null(gc_verify(&w->heap));
    if (!w->heap.marking) w->heap.next_full = 0;
  }
  gc_collect(&w->heap, 1);
  for (int a = 0; a < ARRAYS; a++)
    for (uint32_t i = 0; i < N; i++) assert_int_equal(elements(w->roots[a])[i] ? node(elements(w->roots[a])[i])->number : 0, model[a][i]);
  free(model);
  close_damaged(w);
}

static void large_arrays_survive_random_stores(void **unused) {
  (void)unused;
  change_arrays(0);
  change_arrays(1);
}

/* -- limits and settings -- */

/* A node in front of the list at the first root; NULL: no memory. */
static Obj *another_node(World *w) {
  Obj *o = gc_alloc(&w->heap, obj_header(NODE, 0), 32);
  if (!o) return NULL;
  node(o)->left = w->roots[0];
  gc_wrote(&w->heap, o);
  return w->roots[0] = o;
}

static uint32_t fill_with_nodes(World *w) {
  uint32_t made = 0;
  while (another_node(w)) made++;
  return made;
}

static void a_small_heap_is_put_to_use(void **unused) {
  (void)unused;
  for (uint64_t limit = 65536; limit <= SMALL; limit *= 2) {
    World *w = calloc(1, sizeof *w);
    assert_true(open_world(w, limit));
    assert_true(fill_with_nodes(w) * 32 > limit * 3 / 4);
    assert_null(gc_verify(&w->heap));
    w->roots[0] = NULL;
    assert_non_null(gc_alloc_array(&w->heap, BYTES, (uint32_t)limit / 2));
    close_damaged(w);
  }
}

static void cells_are_not_much_larger_than_objects(void **unused) {
  (void)unused;
  for (uint32_t size = 200; size < 9000; size += size / 9) {
    World *w = calloc(1, sizeof *w);
    assert_true(open_world(w, 64 << 20));
    w->heap.enabled = 0; /* straight to the old space */
    uint64_t before = w->heap.stats.in_use, old = w->heap.old_bytes;
    for (uint32_t i = 0; i < (4u << 20) / size; i++) assert_non_null(gc_alloc_array(&w->heap, BYTES, size));
    uint64_t used = w->heap.stats.in_use - before, asked = w->heap.old_bytes - old;
    assert_true(used < asked + asked / 5 * 2);
    close_damaged(w);
  }
}

static Node *nodes_to(World *w, uint64_t bytes) {
  Node *half = NULL;
  for (uint64_t made = 0; made < bytes; made += 32) {
    Obj *o = another_node(w);
    assert_non_null(o);
    if (made == bytes / 2) half = node(o);
  }
  return half;
}

static uint32_t blocks_in_chunks(const World *w) {
  uint32_t n = 0;
  for (int c = 0; c < GC_CLASSES; c++)
    for (GcBlock *b = w->heap.classes[c].blocks; b; b = b->next) n += b->chunk != NULL;
  return n;
}

static void a_large_heap_takes_chunks_and_gives_them_back(void **unused) {
  (void)unused;
  World *w = calloc(1, sizeof *w);
  assert_true(open_world(w, 256 << 20));
  w->heap.enabled = 0; /* straight to the old space */
  uint64_t small = w->heap.stats.in_use;
  Node *half = nodes_to(w, 48 << 20);
  uint64_t large = w->heap.stats.in_use;
  assert_true(blocks_in_chunks(w) > 256);
  assert_null(gc_verify(&w->heap));

  w->roots[0] = (Obj *)half; /* what was made last dies, and so do its chunks */
  gc_collect(&w->heap, 1);
  assert_true(w->heap.stats.in_use < large - (20 << 20) && blocks_in_chunks(w) > 64);
  assert_null(gc_verify(&w->heap));

  w->memory.fail_at = 1; /* blocks of chunks in use are still there to be had */
  fill_with_nodes(w);
  w->memory.fail_at = 0;
  assert_null(gc_verify(&w->heap));

  w->roots[0] = NULL;
  gc_collect(&w->heap, 1);
  assert_null(w->heap.chunks);
  assert_int_equal(blocks_in_chunks(w), 0);
  assert_true(w->heap.stats.in_use <= small + (w->heap.remembered.room + w->heap.stack.room) * sizeof(Obj *));
  close_world(w);

#ifndef ORUS_STRESS
  assert_true(open_world(w, 19 << 20)); /* a chunk does not fit at the end, but blocks do */
  assert_true(fill_with_nodes(w) * (uint64_t)32 > (19 << 20) / 20 * 17);
  close_world(w);
#endif
  free(w);
}

static void registering_collects_before_it_fails(void **unused) {
  (void)unused;
  World *w = calloc(1, sizeof *w);
  assert_true(open_world(w, 1 << 20));
  w->roots[0] = gc_alloc(&w->heap, obj_header(NODE, 0), 32);
  w->heap.enabled = 0; /* collects at the limit only */
  for (int i = 0; i < 20; i++) assert_non_null(gc_alloc_array(&w->heap, BYTES, 20000)); /* all dead */
  gc_set_limit(&w->heap, w->heap.stats.in_use);
  for (int i = 0; i < 40; i++) {
    Obj *weak = gc_register_weak(&w->heap, gc_alloc(&w->heap, obj_header(WEAK, 0), 16));
    assert_non_null(weak);
    ((WeakObj *)(void *)weak)->target = w->roots[0];
    w->roots[1] = weak;
  }
  gc_collect(&w->heap, 0);
  assert_ptr_equal(((WeakObj *)(void *)w->roots[1])->target, w->roots[0]);
  gc_set_limit(&w->heap, 0); /* nothing can be had */
  Obj *handle = gc_alloc(&w->heap, obj_header(HANDLE, 0), 16);
  assert_null(gc_register_handle(&w->heap, handle));
  close_damaged(w);
}

static void old_weak_references_are_left_alone_by_minor_collections(void **unused) {
  (void)unused;
  World *w = calloc(1, sizeof *w);
  assert_true(open_world(w, 16 << 20));
  for (int i = 0; i < 20; i++) {
    w->roots[i] = gc_alloc(&w->heap, obj_header(NODE, 0), 32);
    w->roots[20 + i] = gc_register_weak(&w->heap, gc_alloc(&w->heap, obj_header(WEAK, 0), 16));
    ((WeakObj *)(void *)w->roots[20 + i])->target = w->roots[i];
    w->roots[40 + i] = gc_register_handle(&w->heap, gc_alloc(&w->heap, obj_header(HANDLE, 0), 16));
    ((HandleObj *)(void *)w->roots[40 + i])->handle = i;
  }
  for (int i = 0; i < 3; i++) gc_collect(&w->heap, 0);
  assert_int_equal(w->heap.weak[0].count + w->heap.handles[0].count, 0);
  assert_int_equal(w->heap.weak[1].count, 20);
  assert_int_equal(w->heap.handles[1].count, 20);
  assert_null(gc_verify(&w->heap));
  for (int i = 0; i < 10; i++) w->roots[i] = w->roots[40 + i] = w->roots[20 + 10 + i] = NULL;
  gc_collect(&w->heap, 1);
  for (int i = 0; i < 10; i++) assert_null(((WeakObj *)(void *)w->roots[20 + i])->target);
  for (int i = 0; i < 20; i++) assert_int_equal(w->closed[i], i < 10);
  assert_int_equal(w->heap.weak[1].count, 10);
  close_damaged(w);
}

static void limit_and_threshold_may_change(void **unused) {
  (void)unused;
  World *w = calloc(1, sizeof *w);
  assert_true(open_world(w, 65536));
  uint32_t few = fill_with_nodes(w);
  gc_set_limit(&w->heap, MIDDLE);
  uint32_t many = fill_with_nodes(w);
  assert_true(many > few * 2);
  assert_int_equal(w->heap.size[0], 16384); /* what the configuration asked for */
  assert_int_equal(w->heap.size[1], 16384);
  assert_null(gc_verify(&w->heap));
  gc_set_limit(&w->heap, 65536); /* less than what is in use */
  assert_null(gc_alloc_array(&w->heap, BYTES, 10000));
  uint32_t n = 0;
  for (Obj *o = w->roots[0]; o; o = node(o)->left) n++;
  assert_int_equal(n, few + many);
  w->roots[0] = NULL;
  for (int i = 0; i < 4; i++) gc_collect(&w->heap, 1);
  assert_true(w->heap.stats.in_use <= 65536);
  assert_int_equal(w->heap.size[0], 4096);
  assert_non_null(gc_alloc_array(&w->heap, BYTES, 10000));
  gc_set_limit(&w->heap, ROOMY);
  gc_set_threshold(&w->heap, 10000);
  uint64_t late = w->heap.next_full;
  fill_with_nodes(w);
  gc_collect(&w->heap, 1);
  assert_true(w->heap.next_full > late * 5);
  gc_set_threshold(&w->heap, 10);
  assert_true(w->heap.next_full < w->heap.old_bytes / 100 * 120);
  close_damaged(w);
}

static void pauses_are_counted_by_length(void **unused) {
  (void)unused;
  World *w = calloc(1, sizeof *w);
  assert_true(open_world(w, 16 << 20));
  gc_collect(&w->heap, 0); /* nobody knows the time */
  GcStats s;
  gc_stats(&w->heap, &s);
  for (int i = 0; i < GC_PAUSE_BUCKETS; i++) assert_int_equal(s.minor_pauses[i] + s.full_pauses[i], 0);
  w->heap.config.now_ns = world_now;
  static const struct {
    uint64_t ns;
    int bucket;
  } pauses[] = {{0, 0}, {1, 0}, {2, 1}, {1023, 9}, {1024, 10}, {1000000, 19}, {UINT64_MAX / 4, GC_PAUSE_BUCKETS - 1}};
  for (size_t i = 0; i < sizeof pauses / sizeof pauses[0]; i++)
    for (int full = 0; full < 2; full++) {
      uint64_t *buckets = full ? s.full_pauses : s.minor_pauses, before = (gc_stats(&w->heap, &s), buckets[pauses[i].bucket]);
      w->tick = pauses[i].ns;
      gc_collect(&w->heap, full);
      gc_stats(&w->heap, &s);
      assert_int_equal(buckets[pauses[i].bucket], before + 1);
    }
  assert_int_equal(s.pause_max_ns, UINT64_MAX / 4);
  close_damaged(w);
}

static void growth_does_not_mark_the_whole_heap_again_and_again(void **unused) {
  (void)unused;
  World *w = calloc(1, sizeof *w);
  assert_true(open_world(w, 64 << 20));
  gc_collect(&w->heap, 1);
  for (uint32_t i = 0; i < 100000; i++) { /* 3.2 MB, all of it survives: below the least threshold, so nothing calls for a full collection */
    assert_non_null(another_node(w));
#ifdef ORUS_STRESS
    if (i == 2000) break; /* that build collects everything every 64 allocations anyway */
#endif
  }
  GcStats s;
  gc_stats(&w->heap, &s);
#ifndef ORUS_STRESS
  assert_int_equal(s.full, 1);
#endif
  close_world(w);
  free(w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(graphs_survive_random_changes),
      cmocka_unit_test(graphs_survive_while_they_are_marked_in_steps),
      cmocka_unit_test(large_arrays_of_references_are_scanned),
      cmocka_unit_test(weak_references_are_cleared_and_handles_closed_once),
      cmocka_unit_test(the_limit_is_kept_and_reaching_it_is_no_harm),
      cmocka_unit_test(memory_may_run_out_at_any_allocation),
      cmocka_unit_test(the_verifier_finds_wrong_references),
      cmocka_unit_test(the_verifier_finds_a_store_without_barrier),
      cmocka_unit_test(the_verifier_finds_wrong_headers_and_counts),
      cmocka_unit_test(the_verifier_finds_wrong_cells_and_sizes),
      cmocka_unit_test(the_verifier_finds_damage_to_marking),
      cmocka_unit_test(the_verifier_says_when_it_has_no_memory),
      cmocka_unit_test(the_verifier_finds_damage_to_tables_and_free_cells),
      cmocka_unit_test(the_verifier_finds_references_to_the_dead),
      cmocka_unit_test(scopes_are_roots),
      cmocka_unit_test(a_reference_may_hide_from_the_marker),
      cmocka_unit_test(what_dies_is_found_by_steps_and_swept_without_haste),
      cmocka_unit_test(a_full_mark_stack_is_not_gone_through_the_heap_for_without_end),
      cmocka_unit_test(marking_in_steps_outlives_a_full_stack),
      cmocka_unit_test(marking_keeps_pace),
      cmocka_unit_test(only_dirty_cards_are_scanned),
      cmocka_unit_test(the_verifier_finds_damaged_cards),
      cmocka_unit_test(large_arrays_survive_random_stores),
      cmocka_unit_test(a_small_heap_is_put_to_use),
      cmocka_unit_test(cells_are_not_much_larger_than_objects),
      cmocka_unit_test(registering_collects_before_it_fails),
      cmocka_unit_test(old_weak_references_are_left_alone_by_minor_collections),
      cmocka_unit_test(limit_and_threshold_may_change),
      cmocka_unit_test(a_large_heap_takes_chunks_and_gives_them_back),
      cmocka_unit_test(pauses_are_counted_by_length),
      cmocka_unit_test(growth_does_not_mark_the_whole_heap_again_and_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
