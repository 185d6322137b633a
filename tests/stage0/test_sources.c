/* Whatever the source: it compiles into a module that the verifier accepts, or it is refused with a message and a place.  Programs of tests/lang are cut off, and their
 * tokens dropped, doubled and exchanged.  For the sanitizer builds; ORUS_MUTANTS sets how many are made, ORUS_SEED where to begin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef fail
#include "stage0.h"
#include "code/verify.h"

enum { MOST_PIECES = 4000, MOST_BYTES = 20000 };

static uint64_t state = 88172645463325252ull;
static uint32_t below(uint32_t n) { /* xorshift64, Marsaglia 2003 */
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return n ? (uint32_t)(state >> 16) % n : 0;
}

/* A source as pieces: words, runs of spaces, single other characters. */
typedef struct Pieces {
  char text[MOST_BYTES];
  uint32_t starts[MOST_PIECES + 1], count;
} Pieces;

static int is_word(char c) { return isalnum((unsigned char)c) || c == '_' || (c & 0x80); }

static int read_pieces(Pieces *p, const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f) return 0;
  size_t n = fread(p->text, 1, sizeof p->text - 1, f);
  fclose(f);
  p->count = 0;
  for (size_t i = 0; i < n && p->count < MOST_PIECES; p->count++) {
    p->starts[p->count] = (uint32_t)i;
    char c = p->text[i++];
    while (i < n && ((is_word(c) && is_word(p->text[i])) || (c == ' ' && p->text[i] == ' '))) i++;
    p->starts[p->count + 1] = (uint32_t)i;
  }
  return p->count > 0;
}

static void put(const Pieces *p, uint32_t i, FILE *to) { fwrite(p->text + p->starts[i], 1, p->starts[i + 1] - p->starts[i], to); }

/* `p` with up to three changes, some pieces coming from `other`. */
static void write_mutant(const Pieces *p, const Pieces *other, FILE *to) {
  uint32_t first[3], what[3], changes = 1 + below(3), end = below(6) ? p->count : below(p->count);
  for (uint32_t i = 0; i < changes; i++) first[i] = below(p->count), what[i] = below(5);
  for (uint32_t i = 0; i < end; i++) {
    int keep = 1;
    for (uint32_t k = 0; k < changes; k++) {
      if (first[k] != i) continue;
      if (what[k] == 0) keep = 0;
      if (what[k] == 1) put(p, i, to);
      if (what[k] == 2) put(p, below(p->count), to), keep = 0;
      if (what[k] == 3) put(other, below(other->count), to), keep = 0;
      if (what[k] == 4) /* a stretch of another program */
        for (uint32_t from = below(other->count), n = below(40); n-- && from < other->count; from++) put(other, from, to);
    }
    if (keep) put(p, i, to);
  }
}

/* path:line:col: message, and no word of an internal error. */
static int is_message(const char *s) { return strlen(s) > 4 && !strstr(s, "internal error"); }

static void try_source(const char *path, unsigned number) {
  Options options = {.std_dir = "std"};
  Compiler *c = malloc(sizeof *c);
  assert_non_null(c);
  stage0_init(c, &options);
  void *image = NULL;
  size_t size;
  if (stage0_compile(c, path, &image, &size)) {
    OrbcModule m;
    LoadReport report;
    int ok = orbc_read(image, size, &m, &report);
    void *scratch = malloc(ok ? verify_scratch_size(&m) : 1);
    ok = ok && verify_module(&m, ~(uint64_t)0, scratch, NULL, &report);
    free(scratch);
    free(image);
    if (!ok)
      print_error("mutant %u (kept in %s) compiles but is refused: %s, row %u: %s\n", number, path, load_error_message(report.error), report.row, report.detail);
    assert_true(ok);
  } else if (!is_message(c->message)) {
    print_error("mutant %u (kept in %s): '%s'\n", number, path, c->message);
    assert_true(0);
  }
  stage0_free(c);
  free(c);
}

static void any_source_is_compiled_or_refused(void **unused) {
  (void)unused;
  glob_t files;
  assert_int_equal(glob("tests/lang/*/*.orus", 0, NULL, &files), 0);
  Pieces *p = malloc(sizeof *p), *other = malloc(sizeof *other);
  assert_true(p && other);
  const char *wanted = getenv("ORUS_MUTANTS"), *seed = getenv("ORUS_SEED");
  if (seed) state ^= strtoull(seed, NULL, 10) * 0x9e3779b97f4a7c15ull;
  static const char path[] = "build/source-mutant.orus";
  for (unsigned i = 0, n = wanted ? (unsigned)strtoul(wanted, NULL, 10) / 100 : 200; i < n; i++) {
    if (!read_pieces(p, files.gl_pathv[below((uint32_t)files.gl_pathc)]) || !read_pieces(other, files.gl_pathv[below((uint32_t)files.gl_pathc)])) continue;
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    write_mutant(p, other, f);
    fclose(f);
    try_source(path, i);
  }
  free(p);
  free(other);
  globfree(&files);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(any_source_is_compiled_or_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
