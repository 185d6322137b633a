/* chunk.c -- where blocks of the old space come from.  A small heap takes each by itself.  A large one cuts them from chunks as large as a huge page, and at multiples
 * of that, so that the system can map a chunk at once and find its addresses with one entry of its tables (Navarro, Iyer, Druschel, Cox, "Practical, transparent
 * operating system support for superpages", OSDI 2002).  A chunk whose blocks are all free goes back. */
#include "heap/internal.h"

enum {
  CHUNK_BYTES = 2 << 20,
  CHUNK_BLOCKS = CHUNK_BYTES / GC_MAX_BLOCK,
  LARGE_HEAP = 8 * CHUNK_BYTES /* bytes in use: what is left over in a chunk is little then */
};

struct GcChunk {
  GcChunk *next, **link; /* in the list of those that have free blocks */
  GcBlock *unused;       /* its free blocks */
  uint32_t unused_count;
  char *memory;
};

static void put_back(GcHeap *h, GcChunk *c, GcBlock *b) {
  *b = (GcBlock){.next = c->unused, .bytes = GC_MAX_BLOCK, .chunk = c};
  c->unused = b;
  if (c->unused_count++) return;
  c->next = h->chunks;
  c->link = &h->chunks;
  if (c->next) c->next->link = &c->next;
  h->chunks = c;
}

static void leave_list(GcChunk *c) {
  *c->link = c->next;
  if (c->next) c->next->link = c->link;
}

static void release_chunk(GcHeap *h, GcChunk *c) {
  leave_list(c);
  gc_release(h, c->memory, CHUNK_BYTES, CHUNK_BYTES);
  gc_release(h, c, sizeof *c, 16);
}

static void add_chunk(GcHeap *h) {
  GcChunk *c = gc_obtain(h, sizeof *c, 16);
  if (!c) return;
  *c = (GcChunk){.memory = old_obtain(h, CHUNK_BYTES, CHUNK_BYTES)};
  if (!c->memory) {
    gc_release(h, c, sizeof *c, 16);
    return;
  }
  for (uint32_t i = CHUNK_BLOCKS; i-- > 0;) put_back(h, c, (GcBlock *)(void *)(c->memory + (size_t)i * GC_MAX_BLOCK));
}

GcBlock *block_obtain(GcHeap *h) {
  if (h->block_bytes == GC_MAX_BLOCK) {
    if (!h->chunks && h->stats.in_use >= LARGE_HEAP) add_chunk(h);
    GcChunk *c = h->chunks;
    if (c) {
      GcBlock *b = c->unused;
      c->unused = b->next;
      if (!--c->unused_count) leave_list(c);
      return b;
    }
  }
  GcBlock *b = old_obtain(h, h->block_bytes, 16);
  if (b) *b = (GcBlock){.bytes = h->block_bytes};
  return b;
}

void block_release(GcHeap *h, GcBlock *b) {
  GcChunk *c = b->chunk;
  if (!c) {
    gc_release(h, b, b->bytes, 16);
    return;
  }
  put_back(h, c, b);
  if (c->unused_count == CHUNK_BLOCKS) release_chunk(h, c);
}
