/* heap_pauses.c -- how long the collector stops a program that keeps 256 MB alive and allocates all the time, and how fast it allocates.
 *
 *     heap_pauses [LIVE_MB [ALLOCATED_MB]]
 *
 * The live heap: binary trees of 32-byte nodes.  The program makes trees that die young, and for every second of them hangs one of an eighth of that size somewhere
 * into the live heap, so old objects die too.  A pause is one call of the slow path of allocation in which a collection took place,
 * in processor time of the thread (as is throughput), because other programs run too; the longest is given in real time as well. */
#include "heap/gc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NODE, FOREST, TYPES };
enum { TREE_DEPTH = 12, TREE_NODES = (1 << TREE_DEPTH) - 1, SCOPE = 64, MOST = 1 << 20 };

static const GcShape shapes[TYPES] = {{GC_FIXED, 0, 2, 32, 0}, {GC_ARRAY_REF, 3, 0, 16, 0}};

typedef struct Node {
  uint64_t header;
  Obj *left, *right;
  uint64_t number;
} Node;

typedef struct Pauses {
  const char *name;
  uint64_t *ns;
  size_t count;
  uint64_t real_max;
} Pauses;

typedef struct Bench {
  GcHeap heap;
  Obj *roots[SCOPE]; /* 0: the forest; from 1 on a stack of what is being built */
  unsigned used;
  uint32_t trees;
  uint64_t seed;
  int measuring;
  Pauses minor, step, full;
} Bench;

static uint64_t now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void *bench_alloc(void *ctx, size_t size, size_t align) {
  (void)ctx;
  return aligned_alloc(align, (size + align - 1) / align * align);
}
static void bench_free(void *ctx, void *block, size_t size, size_t align) {
  (void)ctx, (void)size, (void)align;
  free(block);
}
static void bench_roots(void *ctx, GcHeap *h) { gc_visit(h, ((Bench *)ctx)->roots, SCOPE); }
static void bench_close(void *ctx, int64_t handle) { (void)ctx, (void)handle; }

static void die(const char *why) {
  fprintf(stderr, "heap_pauses: %s\n", why);
  exit(1);
}

static void record(Pauses *p, uint64_t ns, uint64_t real) {
  if (real > p->real_max) p->real_max = real;
  if (p->count < MOST) p->ns[p->count++] = ns;
}

static Obj *slow_node(Bench *b) {
  GcStats was = b->heap.stats;
  uint64_t real = now(CLOCK_MONOTONIC), start = now(CLOCK_THREAD_CPUTIME_ID);
  Obj *o = gc_alloc_slow(&b->heap, obj_header(NODE, 0), 32);
  uint64_t ns = now(CLOCK_THREAD_CPUTIME_ID) - start;
  real = now(CLOCK_MONOTONIC) - real;
  const GcStats *is = &b->heap.stats;
  if (!o) die("out of memory");
  if (b->measuring && is->minor > was.minor) record(is->full > was.full ? &b->full : is->steps > was.steps ? &b->step : &b->minor, ns, real);
  return o;
}

static Node *new_node(Bench *b) {
  Obj *o = gc_alloc_fast(&b->heap, obj_header(NODE, 0), 32);
  return (Node *)(void *)(o ? o : slow_node(b));
}

/* Builds a tree bottom up on the root stack and leaves it in its top slot. */
static void build(Bench *b, int depth) {
  if (depth > 1) {
    build(b, depth - 1);
    build(b, depth - 1);
  }
  Node *n = new_node(b);
  if (depth > 1) {
    n->right = b->roots[b->used--];
    n->left = b->roots[b->used];
    b->roots[b->used + 1] = NULL;
    gc_wrote(&b->heap, (Obj *)(void *)n);
    b->used--;
  }
  b->roots[++b->used] = (Obj *)(void *)n;
}

static void drop(Bench *b) { b->roots[b->used--] = NULL; }

static uint32_t pick(Bench *b) {
  b->seed = b->seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(b->seed >> 33);
}

static void plant(Bench *b, uint32_t i) {
  build(b, TREE_DEPTH);
  ((Obj **)array_data((ArrayObj *)(void *)b->roots[0]))[i] = b->roots[b->used];
  gc_wrote(&b->heap, b->roots[0]);
  drop(b);
}

/* Hangs a new tree of 511 nodes into the third level of some tree. */
static void replace(Bench *b) {
  build(b, TREE_DEPTH - 3);
  Node *n = (Node *)(void *)((Obj **)array_data((ArrayObj *)(void *)b->roots[0]))[pick(b) % b->trees];
  for (int i = 0; i < 2; i++) n = (Node *)(void *)(pick(b) & 1 ? n->left : n->right);
  if (pick(b) & 1) n->left = b->roots[b->used];
  else n->right = b->roots[b->used];
  gc_wrote(&b->heap, (Obj *)(void *)n);
  drop(b);
}

static int by_size(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static double ms(const Pauses *p, double part) { return p->count ? (double)p->ns[(size_t)((double)(p->count - 1) * part)] / 1e6 : 0; }

static void print(Pauses *p) {
  if (!p->count) return;
  qsort(p->ns, p->count, sizeof *p->ns, by_size);
  printf("| %s | %zu | %.3f | %.3f | %.3f | %.3f | %.3f |\n", p->name, p->count, ms(p, .5), ms(p, .9), ms(p, .99), ms(p, 1), (double)p->real_max / 1e6);
}

static void open_bench(Bench *b, int incremental, uint32_t live_mb) {
  memset(b, 0, sizeof *b);
  b->minor.name = "minor collection";
  b->step.name = "minor collection and a step of marking";
  b->full.name = incremental ? "the same and the end of marking" : "full collection";
  b->trees = live_mb * 8;
  b->minor.ns = malloc(MOST * sizeof(uint64_t));
  b->step.ns = malloc(MOST * sizeof(uint64_t));
  b->full.ns = malloc(MOST * sizeof(uint64_t));
  GcConfig c = {.memory = {NULL, bench_alloc, bench_free}, .shapes = shapes, .shapes_count = TYPES, .heap_limit = (uint64_t)4 << 30, .ctx = b,
                .roots = bench_roots, .close = bench_close, .incremental = incremental};
  if (!b->minor.ns || !b->step.ns || !b->full.ns || !gc_init(&b->heap, &c)) die("out of memory");
  b->roots[0] = (Obj *)(void *)gc_alloc_array(&b->heap, FOREST, b->trees);
  if (!b->roots[0]) die("out of memory");
  for (uint32_t i = 0; i < b->trees; i++) plant(b, i);
  gc_collect(&b->heap, 1);
  b->measuring = 1;
}

static void close_bench(Bench *b) {
  free(b->minor.ns);
  free(b->step.ns);
  free(b->full.ns);
  gc_free(&b->heap);
}

/* One store into an array of 16 million references between minor collections. */
static void run_array(Bench *b) {
  open_bench(b, 0, 8);
  b->minor.name = "one store into 16M references";
  b->roots[1] = (Obj *)(void *)gc_alloc_array(&b->heap, FOREST, 1 << 24);
  if (!b->roots[1]) die("out of memory");
  b->used = 1;
  for (uint64_t minor = 0; minor < 500;) {
    Node *n = new_node(b);
    if (b->heap.stats.minor == minor) continue;
    minor = b->heap.stats.minor;
    uint32_t at = pick(b) % (1 << 24);
    ((Obj **)array_data((ArrayObj *)(void *)b->roots[1]))[at] = (Obj *)(void *)n;
    gc_wrote_elements(&b->heap, (ArrayObj *)(void *)b->roots[1], at, 1);
  }
  printf("\n| pause, ms | number | p50 | p90 | p99 | max | max, real |\n|---|---|---|---|---|---|---|\n");
  print(&b->minor);
  close_bench(b);
}

static void run(Bench *b, int incremental, uint32_t live_mb, uint64_t allocated_mb) {
  open_bench(b, incremental, live_mb);
  uint64_t start = now(CLOCK_THREAD_CPUTIME_ID), before = 0;
  GcStats s;
  gc_stats(&b->heap, &s);
  before = s.allocated;
  for (uint32_t i = 1; s.allocated - before < allocated_mb << 20; i++) {
    build(b, TREE_DEPTH);
    drop(b);
    if (i % 2 == 0) replace(b);
    gc_stats(&b->heap, &s);
  }
  double seconds = (double)(now(CLOCK_THREAD_CPUTIME_ID) - start) / 1e9, objects = (double)(s.allocated - before) / 32 / 1e6;
  printf("\n%s: %.1f million objects of 32 bytes a second (%.2f s); live %.0f MB, heap %.0f MB\n\n", incremental ? "In steps" : "All at once", objects / seconds, seconds,
         (double)s.live / 1048576, (double)s.in_use / 1048576);
  printf("| pause, ms | number | p50 | p90 | p99 | max | max, real |\n|---|---|---|---|---|---|---|\n");
  print(&b->minor);
  print(&b->step);
  print(&b->full);
  close_bench(b);
}

int main(int argc, char **argv) {
  uint32_t live = argc > 1 ? (uint32_t)atoi(argv[1]) : 256;
  uint64_t allocated = argc > 2 ? (uint64_t)atoi(argv[2]) : 16384;
  Bench *b = malloc(sizeof *b);
  if (!b || !live) return 1;
  for (int incremental = 0; incremental < 2; incremental++) run(b, incremental, live, allocated);
  run_array(b);
  free(b);
  return 0;
}
