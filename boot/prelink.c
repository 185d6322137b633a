/* prelink.c -- makes private code (code/prelinked.h) of what is built into the executable:
 *
 *   prelink NAME IMAGE [WORD... ";"]...   a C file with orus_NAME_prelinked: the code of the functions of IMAGE that are called when it
 *                                         runs with these words, once for each list of them; without lists, of all its functions
 *
 * What the runs print goes to standard error, the result to standard output.  Exit code 1: a file cannot be read, or nothing written. */
#include "cli/run.h"
#include "code/prelinked.h"
#include "code/private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS_A_LINE = 6, MOST_WORDS = 64 };

typedef struct Collected {
  CodeVec words;
  uint64_t checksum;
  int failed;
} Collected;

static uint64_t *word(Collected *c, size_t at) { return &VEC_ROWS(uint64_t, c->words)[at]; }

/* The table of functions, as long as none is there. */
static int open_table(Collected *c, const OrbcModule *m) {
  uint64_t front[2] = {c->checksum, m->functions_count | (uint64_t)POP_END << 32};
  return c->words.count || (vec_add(&c->words, front, 2) && vec_add(&c->words, NULL, (m->functions_count + 1) / 2));
}

static int collect(void *ctx, Vm *vm, const Program *p, int code) {
  Collected *c = ctx;
  const ProgramModule *m = &p->modules[0];
  (void)vm;
  if (!open_table(c, &m->view)) return c->failed = 1;
  for (uint32_t row = 0; row < m->view.functions_count; row++) {
    const Func *f = &p->functions[m->first_function + row];
    size_t at = c->words.count;
    unsigned shift = row % 2 * 32;
    if (func_code(f) == program_stub || *word(c, 2 + row / 2) >> shift & 0xffffffff) continue;
    if (!prelinked_put(f, &c->words)) return c->failed = 1;
    *word(c, 2 + row / 2) |= (uint64_t)at << shift;
  }
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

static void print_words(const char *name, Collected *c) {
  printf("#include \"cli/tool.h\"\n\nconst uint64_t orus_%s_prelinked[] = {", name);
  for (size_t i = 0; i < c->words.count; i++) printf("%s0x%" PRIx64 ",", i % WORDS_A_LINE ? " " : "\n  ", *word(c, i));
  printf("\n  0};\n");
}

static int link_all(Host *host, const void *image, size_t size, Collected *c) {
  Program p;
  LoadReport report;
  if (!program_init(&p, host_memory(host)) || !program_add_vouched(&p, image, size, ~(uint64_t)0, &report)) return 0;
  for (uint32_t i = 0; i < p.functions_count; i++)
    if (program_link(&p, &p.functions[i]) <= 0) return 0;
  collect(c, NULL, &p, 0);
  program_free(&p);
  return !c->failed;
}

static int run_all(Host *host, char **words, int count, const void *image, size_t size, Collected *c) {
  for (int i = 0, start = 0; i < count && !c->failed; i++) {
    if (strcmp(words[i], ";")) continue;
    Options o = {.file = "prelink", .args = words + start, .args_count = i - start, .vouched = 1};
    run_image(host, &o, image, size, collect, c);
    start = i + 1;
  }
  return !c->failed && c->words.count;
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
  Collected c = {.checksum = ((const OrbcHeader *)image)->checksum};
  vec_init(&c.words, host_memory(&host), sizeof(uint64_t));
  int ok = argc == 3 ? link_all(&host, image, size, &c) : run_all(&host, argv + 3, argc - 3, image, size, &c);
  if (dup2(out, 1) < 0) return 1;
  if (ok) print_words(argv[1], &c);
  return ok && !fflush(stdout) && !ferror(stdout) ? 0 : 1;
}
