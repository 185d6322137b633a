/* Every program of the tests, the examples and the benchmarks, compiled by stage0, is the same image after dis and asm.  ORUS_SAMPLE=n: one program in n. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef fail
#include "../memory.h"
#include "stage0.h"
#include "code/asm.h"
#include "code/dis.h"

static const GcMemory memory = {NULL, plain_alloc, plain_free};

/* NULL: it does not compile, as those in tests/lang/bad. */
static void *compile(Compiler *c, const char *path, size_t *size) {
  Options options = {.std_dir = "std"};
  void *image = NULL;
  stage0_init(c, &options);
  stage0_compile(c, path, &image, size);
  stage0_free(c);
  return image;
}

static void round_trip(const char *path, const void *image, size_t size) {
  OrbcModule m;
  LoadReport why;
  AsmReport r;
  CodeText text;
  void *again;
  size_t again_size;
  assert_true(orbc_read(image, size, &m, &why));
  ctext_init(&text, memory);
  assert_true(dis_module(&m, memory, &text));
  if (!asm_assemble(text.bytes.rows, text.bytes.count, memory, &again, &again_size, &r)) print_error("%s: %u:%u: %s %s\n", path, r.line, r.column, r.message, r.detail);
  assert_non_null(again);
  if (again_size != size || memcmp(again, image, size)) print_error("%s: another image\n", path);
  assert_int_equal(again_size, size);
  assert_memory_equal(again, image, size);
  free(again);
  ctext_free(&text);
}

typedef struct Walk {
  Compiler *c;
  int sample, seen;
} Walk;

/* How many programs below `path` went there and back. */
static int walk(Walk *w, const char *path) {
  int programs = 0;
  char inner[512];
  DIR *dir = opendir(path);
  size_t size, n = strlen(path);
  if (dir) {
    for (struct dirent *e; (e = readdir(dir));) {
      if (e->d_name[0] == '.') continue;
      snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
      programs += walk(w, inner);
    }
    closedir(dir);
    return programs;
  }
  if (n < 5 || strcmp(path + n - 5, ".orus") || w->seen++ % w->sample) return 0;
  void *image = compile(w->c, path, &size);
  if (!image) return 0;
  round_trip(path, image, size);
  free(image);
  return 1;
}

static void compiled_programs_keep_every_byte(void **unused) {
  (void)unused;
  const char *sample = getenv("ORUS_SAMPLE");
  Walk w = {.c = malloc(sizeof *w.c), .sample = sample ? atoi(sample) : 1};
  assert_non_null(w.c);
  assert_true(w.sample > 0);
  assert_true(walk(&w, "examples") >= 5 / w.sample);
  assert_true(walk(&w, "bench/programs") >= 10 / w.sample);
  assert_true(walk(&w, "tests/lang") >= 10);
  assert_true(walk(&w, "tests/std") >= 1);
  free(w.c);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(compiled_programs_keep_every_byte)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
