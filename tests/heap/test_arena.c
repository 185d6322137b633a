/* The arena: what it hands out is aligned, zeroed and disjoint; marks give back exactly what came after them; no memory is an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "heap/arena.h"

typedef struct World {
  long blocks;
  size_t bytes, limit;
} World;

static void *world_alloc(void *ctx, size_t size, size_t align) {
  World *w = ctx;
  if (w->limit && w->bytes + size > w->limit) return NULL;
  void *p = aligned_alloc(align, (size + align - 1) / align * align);
  memset(p, 0xaa, size);
  w->blocks++;
  w->bytes += size;
  return p;
}

static void world_free(void *ctx, void *block, size_t size, size_t align) {
  World *w = ctx;
  (void)align;
  w->blocks--;
  w->bytes -= size;
  free(block);
}

static void open_arena(World *w, HeapArena *a, size_t limit) {
  *w = (World){.limit = limit};
  heap_arena_init(a, (GcMemory){w, world_alloc, world_free}, 256);
  assert_int_equal(w->blocks, 0);
}

static void close_arena(World *w, HeapArena *a) {
  heap_arena_free(a);
  assert_int_equal(w->blocks, 0);
  assert_int_equal(w->bytes, 0);
  assert_int_equal(a->total, 0);
}

static void memory_is_aligned_zeroed_and_disjoint(void **unused) {
  (void)unused;
  enum { N = 3000 };
  World w;
  HeapArena a;
  struct { unsigned char *at; size_t size; } *pieces = calloc(N, sizeof *pieces);
  open_arena(&w, &a, 0);
  uint32_t seed = 1;
  for (size_t i = 0; i < N; i++) {
    seed = seed * 1664525 + 1013904223;
    size_t align = (size_t)1 << (seed >> 24) % 10, size = (seed >> 8) % (i % 100 ? 200 : 9000);
    pieces[i].at = heap_arena_alloc(&a, size, align);
    pieces[i].size = size;
    assert_non_null(pieces[i].at);
    assert_int_equal((uintptr_t)pieces[i].at % align, 0);
    for (size_t k = 0; k < size; k++) assert_int_equal(pieces[i].at[k], 0);
    memset(pieces[i].at, (int)(i & 0xff), size);
  }
  for (size_t i = 0; i < N; i++)
    for (size_t k = 0; k < pieces[i].size; k++) assert_int_equal(pieces[i].at[k], i & 0xff);
  assert_int_equal(a.total, w.bytes);
  assert_true(w.blocks < 40); /* blocks grow */
  free(pieces);
  close_arena(&w, &a);
}

static void a_reset_gives_back_what_came_after_the_mark(void **unused) {
  (void)unused;
  World w;
  HeapArena a;
  open_arena(&w, &a, 0);
  HeapArenaMark empty = heap_arena_mark(&a);
  char *kept = heap_arena_alloc(&a, 6, 1);
  memcpy(kept, "stays", 6);
  HeapArenaMark mark = heap_arena_mark(&a);
  long blocks = w.blocks;
  char *first = heap_arena_alloc(&a, 10, 16);
  memset(first, 1, 10);
  for (int i = 0; i < 100; i++) memset(heap_arena_alloc(&a, 1000, 8), 1, 1000);
  assert_true(w.blocks > blocks);
  heap_arena_reset(&a, mark);
  assert_int_equal(w.blocks, blocks);
  assert_string_equal(kept, "stays");
  char *again = heap_arena_alloc(&a, 10, 16);
  assert_ptr_equal(again, first);
  assert_int_equal(again[0] | again[9], 0);
  heap_arena_reset(&a, empty);
  assert_int_equal(w.blocks, 0);
  assert_non_null(heap_arena_alloc(&a, 0, 1)); /* usable again */
  close_arena(&w, &a);
}

static void no_memory_is_an_answer(void **unused) {
  (void)unused;
  World w;
  HeapArena a;
  open_arena(&w, &a, 4000);
  char *p = heap_arena_alloc(&a, 100, 8);
  memcpy(p, "kept", 5);
  assert_null(heap_arena_alloc(&a, 5000, 8));
  assert_null(heap_arena_alloc(&a, SIZE_MAX, 8));
  assert_null(heap_arena_alloc(&a, SIZE_MAX - 64, 4096));
  assert_non_null(heap_arena_alloc(&a, 100, 8)); /* the failures cost nothing */
  assert_int_equal(w.blocks, 1);
  assert_string_equal(p, "kept");
  int got = 0;
  while (heap_arena_alloc(&a, 100, 8)) got++;
  assert_true(got > 25 && w.bytes <= 4000 && w.bytes > 3700); /* to the last bytes, although blocks would be larger */
  close_arena(&w, &a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(memory_is_aligned_zeroed_and_disjoint),
      cmocka_unit_test(a_reset_gives_back_what_came_after_the_mark),
      cmocka_unit_test(no_memory_is_an_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
