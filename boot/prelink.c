/* prelink.c -- packs and links what is built into the executable (code/prelinked.h):
 *
 *   prelink NAME IMAGE [WORD... ";"]...   a C file with orus_NAME_words: the program IMAGE, with code of the functions that are called when it
 *                                         runs with these words, once for each list of them; without lists, of all its functions
 *
 * What the runs print goes to standard error, the result to standard output.  Exit code 1: a file cannot be read, nothing
 * written, or what is packed is not the image any more when it is unpacked. */
#include "cli/tool.h"
#include "code/prelinked.h"
#include "code/private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS_A_LINE = 6, MOST_WORDS = 64 };

typedef struct Collected {
  uint8_t *called; /* by function: whether it was, in any run */
  uint32_t count;
} Collected;

static int collect(void *ctx, Vm *vm, const Program *p, int code) {
  Collected *c = ctx;
  if (!code && tool_ask(vm, p, "program_image")) tool_ask(vm, p, "program_words");
  if (!c->called) c->called = calloc(c->count = p->functions_count, 1);
  for (uint32_t i = 0; c->called && i < c->count; i++) c->called[i] |= code_at(p->codes, i) != program_stub;
  return code;
}

/* Aligned to 8 bytes; NULL: it cannot be read. */
static void *read_image(const char *path, size_t *size) {
  FILE *f = fopen(path, "rb");
  void *bytes = f ? malloc(FILE_LIMIT_FILE_BYTES / 16) : NULL;
  if (bytes) *size = fread(bytes, 1, FILE_LIMIT_FILE_BYTES / 16, f);
  if (f) fclose(f);
  return bytes;
}

static void print_words(const char *name, const CodeVec *words) {
  printf("#include \"cli/tool.h\"\n\nconst uint64_t orus_%s_words[] = {", name);
  for (size_t i = 0; i < words->count; i++) printf("%s0x%" PRIx64 ",", i % WORDS_A_LINE ? " " : "\n  ", VEC_ROWS(uint64_t, *words)[i]);
  printf("\n  0};\n");
}

/* With the functions that were called linked; or all, and the index of what other modules ask for, since they follow then. */
static int make(Host *host, const void *image, size_t size, const Collected *c, CodeVec *words) {
  Program p;
  LoadReport report;
  if (!program_init(&p, host_memory(host))) return 0;
  int ok = c ? program_add_vouched(&p, image, size, ~(uint64_t)0, &report) : program_add(&p, image, size, ~(uint64_t)0, &report);
  for (uint32_t i = 0; ok && i < p.functions_count; i++)
    if (!c || c->called[i]) ok = program_link(&p, &p.functions[i]) > 0;
  ok = ok && prelinked_put(&p, image, words);
  program_free(&p);
  return ok;
}

/* Whether the image can be had again. */
static int is_whole(Host *host, const CodeVec *words, const void *image, size_t size) {
  GcMemory memory = host_memory(host);
  void *again;
  size_t again_size;
  if (packed_image(prelinked_packed(words->rows), prelinked_rest(words->rows), memory, &again, &again_size) <= 0) return 0;
  int same = again_size == size && !memcmp(image, again, size);
  memory.free(memory.ctx, again, again_size, 16);
  return same;
}

static int run_all(Host *host, char **words, int count, const void *image, size_t size, Collected *c) {
  for (int i = 0, start = 0; i < count; i++) {
    if (strcmp(words[i], ";")) continue;
    Options o = {.file = "prelink", .args = words + start, .args_count = i - start, .vouched = 1};
    run_image(host, &o, image, size, collect, c);
    start = i + 1;
  }
  return c->called != NULL;
}

int main(int argc, char **argv) {
  OrusKernel *kernel;
  Host host;
  size_t size = 0;
  void *image = argc > 2 ? read_image(argv[2], &size) : NULL;
  if (!image || size < sizeof(OrbcHeader) || orus_kernel_open(orus_port_posix(), &kernel)) {
    fprintf(stderr, "usage: prelink NAME IMAGE [WORD... \";\"]...\n");
    return 1;
  }
  int out = dup(1);
  if (out < 0 || dup2(2, 1) < 0) return 1; /* what the runs print */
  orus_kctx_init(&host.ctx, kernel);
  Collected c = {0};
  CodeVec made;
  vec_init(&made, host_memory(&host), sizeof(uint64_t));
  int ok = argc == 3 ? make(&host, image, size, NULL, &made) : run_all(&host, argv + 3, argc - 3, image, size, &c) && make(&host, image, size, &c, &made);
  if (ok && !is_whole(&host, &made, image, size)) ok = fprintf(stderr, "prelink: %s is not the same when it is unpacked\n", argv[2]) < 0;
  if (dup2(out, 1) < 0) return 1;
  if (ok) print_words(argv[1], &made);
  return ok && !fflush(stdout) && !ferror(stdout) ? 0 : 1;
}
