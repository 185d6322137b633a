/* main.c -- the command: stage0 -o OUT.orbc [--std DIR] [-I DIR]... FILE.orus.  Exit codes: 0 fine, 64 usage, 65 does not compile, 66 cannot write.
 *
 * Without --std the standard library is the first that is there: of an installed stage0 (STAGE0_STD is defined) that of its prefix, else the one in place to
 * where the executable is; of one in the source tree the folder std here, else that of the tree. */
#include "stage0.h"
#include "code/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef STAGE0_STD
static const char first_std[] = STAGE0_STD, std_from_executable[] = "../share/orus/std";
#else
static const char first_std[] = "std", std_from_executable[] = "../../std";
#endif

enum { PATH_BYTES = 4096 };

static int usage(FILE *to) {
  fputs("usage: stage0 -o OUT.orbc [--std DIR] [-I DIR]... FILE.orus\n"
        "  --std DIR  where the standard library is\n"
        "  -I DIR     another folder to look for modules in\n", to);
  return to == stdout ? 0 : 64;
}

static int has_prelude(const char *dir) {
  char path[PATH_BYTES];
  int n = snprintf(path, sizeof path, "%s/prelude.orus", dir);
  FILE *f = n > 0 && n < (int)sizeof path ? fopen(path, "rb") : NULL;
  if (f) fclose(f);
  return f != NULL;
}

/* `buffer` has PATH_BYTES. */
static const char *find_std(const char *executable, char *buffer) {
  const char *slash = strrchr(executable, '/');
  if (!slash || has_prelude(first_std)) return first_std;
  int n = snprintf(buffer, PATH_BYTES, "%.*s/%s", (int)(slash - executable), executable, std_from_executable);
  return n > 0 && n < PATH_BYTES && has_prelude(buffer) ? buffer : first_std;
}

/* The compiler's own check: what it writes must pass the verifier. */
static int passes_verifier(const void *image, size_t size) {
  OrbcModule m;
  LoadReport report;
  if (orbc_read(image, size, &m, &report)) {
    void *scratch = malloc(verify_scratch_size(&m));
    int ok = scratch && verify_module(&m, ~(uint64_t)0, scratch, NULL, &report);
    free(scratch);
    if (ok) return 1;
    if (report.section == ORBC_CODE) {
      uint32_t f = 0;
      while (f + 1 < m.functions_count && m.functions[f + 1].first_code <= report.row) f++;
      uint32_t n;
      const char *name = orbc_string(&m, m.functions[f].name, &n);
      fprintf(stderr, "stage0: in '%.*s' at instruction %u:\n", (int)n, name, report.row - m.functions[f].first_code);
      for (uint32_t k = 0; k < m.functions[f].code && getenv("STAGE0_DUMP"); k++) fprintf(stderr, "%5u %016llx\n", k, (unsigned long long)m.code[m.functions[f].first_code + k]);
    }
  }
  fprintf(stderr, "stage0: internal error: section %s, row %u: %s (%s)\n", orbc_section_name(report.section), report.row, load_error_message(report.error), report.detail);
  return 0;
}

static int write_file(const char *path, const void *image, size_t size) {
  FILE *f = fopen(path, "wb");
  if (!f) return 0;
  int ok = fwrite(image, 1, size, f) == size;
  return fclose(f) == 0 && ok;
}

int main(int argc, char **argv) {
  const char *out = NULL, *file = NULL, *search[64];
  Options options = {.search = search};
  for (int i = 1; i < argc; i++) {
    int more = i + 1 < argc;
    if (!strcmp(argv[i], "--help")) return usage(stdout);
    if (!strcmp(argv[i], "-o") && more) out = argv[++i];
    else if (!strcmp(argv[i], "--std") && more) options.std_dir = argv[++i];
    else if (!strcmp(argv[i], "-I") && more && options.search_count < 64) search[options.search_count++] = argv[++i];
    else if (argv[i][0] == '-' || file) return usage(stderr);
    else file = argv[i];
  }
  if (!out || !file) return usage(stderr);
  char found[PATH_BYTES];
  if (!options.std_dir) options.std_dir = find_std(argv[0], found);
  Compiler c;
  void *image;
  size_t size;
  stage0_init(&c, &options);
  int ok = stage0_compile(&c, file, &image, &size), code = 0;
  if (!ok) {
    fprintf(stderr, "%s\n", c.message);
    code = 65;
  } else {
    if (!passes_verifier(image, size)) code = 70;
    else if (!write_file(out, image, size)) {
      fprintf(stderr, "stage0: cannot write '%s'\n", out);
      code = 66;
    }
    free(image);
  }
  stage0_free(&c);
  return code;
}
