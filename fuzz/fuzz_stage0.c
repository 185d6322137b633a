/* libFuzzer target: any bytes as Orus source.  It compiles or is refused with a message; what compiles passes the verifier.
 *
 * The prelude is loaded once: the compiler's arena is in one block, which is put back to what it was then before each input. */
#include "code/verify.h"
#include "stage0.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 512 << 20 };

/* The block: what is handed out, and how much of it the prelude has. */
typedef struct Kept {
  char *bytes, *copy;
  size_t used, prelude;
  Compiler fresh, compiler; /* as it was behind the prelude; the one that works */
} Kept;

static void *kept_alloc(void *ctx, size_t size, size_t align) {
  Kept *k = ctx;
  size_t start = (k->used + align - 1) & ~(align - 1);
  if (start > ROOM || size > ROOM - start) return NULL;
  k->used = start + size;
  return k->bytes + start;
}

static void kept_free(void *ctx, void *block, size_t size, size_t align) { (void)ctx, (void)block, (void)size, (void)align; }

static Kept *load_prelude(void) {
  Kept *k = calloc(1, sizeof *k);
  Options options = {.std_dir = "std"};
  k->bytes = aligned_alloc(64, ROOM);
  stage0_init(&k->compiler, &options);
  heap_arena_init(&k->compiler.arena, (GcMemory){k, kept_alloc, kept_free}, 1 << 18);
  if (!stage0_load_prelude(&k->compiler)) {
    fprintf(stderr, "%s\n", k->compiler.message);
    exit(1);
  }
  k->fresh = k->compiler;
  k->prelude = k->used;
  k->copy = malloc(k->prelude);
  memcpy(k->copy, k->bytes, k->prelude);
  return k;
}

static void put_back(Kept *k) {
  memcpy(k->bytes, k->copy, k->prelude);
  k->used = k->prelude;
  k->compiler = k->fresh;
}

static void write_file(const char *path, const uint8_t *data, size_t size) {
  FILE *f = fopen(path, "wb");
  if (!f) exit(1);
  fwrite(data, 1, size, f);
  fclose(f);
}

static void verify(const void *image, size_t bytes) {
  OrbcModule m;
  LoadReport report;
  if (!orbc_read(image, bytes, &m, &report)) __builtin_trap();
  void *scratch = malloc(verify_scratch_size(&m));
  if (!verify_module(&m, ~(uint64_t)0, scratch, NULL, &report)) __builtin_trap();
  free(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static Kept *k;
  char path[64];
  void *image;
  size_t bytes;
  if (!k) k = load_prelude();
  put_back(k);
  snprintf(path, sizeof path, "build/fuzz-%ld.orus", (long)getpid());
  write_file(path, data, size);
  if (stage0_compile(&k->compiler, path, &image, &bytes)) {
    verify(image, bytes);
    free(image);
  } else if (!k->compiler.message[0]) __builtin_trap();
  remove(path);
  return 0;
}
