/* compile.c -- compares compilers on programs that do the same (bench/compile/): interleaved runs, medians, one markdown table.
 *
 *     compile BASE      in the environment: RUNS=5     runs of each
 *                                           ORUS=...   the executable to measure
 *                                           PYTHON=... the one to compare with
 *
 * BASE.orus, BASE.c, BASE.go ... are the programs.  A compiler that is not installed shows as "-"; one that fails, fails the whole run. */
#define _DEFAULT_SOURCE
#include "process.h"

#include <stdio.h>

enum { MAX_WORDS = 12 };

/* %: BASE; #: another number in each run, for compilers that would remember; with variables (process_word) */
static const struct { const char *title, *language, *argv[MAX_WORDS]; } compilers[] = {
    {"orus check", "orus", {"$ORUS|orus", "check", "%.orus"}},
    {"orus build", "orus", {"$ORUS|orus", "build", "%.orus", "-o", "%.orbc"}},
    {"go build", "go", {"env", "GOCACHE=%.cache", "GOFLAGS=", "GO111MODULE=off", "go", "build", "-gcflags=-D=#", "-o", "%.exe", "%.go"}},
    {"tcc", "c", {"tcc", "-c", "%.c", "-o", "%.o"}},
    {"luac", "lua", {"luac5.4", "-o", "%.luac", "%.lua"}},
    {"node --check", "js", {"node", "--check", "%.js"}},
    {"python -m py_compile", "py", {"env", "PYTHONPYCACHEPREFIX=%.cache", "$PYTHON|python3", "-m", "py_compile", "%.py"}},
};
enum { COMPILERS = sizeof compilers / sizeof *compilers };

static void expand(char *to, size_t room, const char *pattern, const char *base, int number) {
  pattern = process_word(pattern);
  const char *rest = pattern + strcspn(pattern, "%#");
  int before = (int)(rest - pattern);
  if (*rest == '%') snprintf(to, room, "%.*s%s%s", before, pattern, base, rest + 1);
  else if (*rest == '#') snprintf(to, room, "%.*s%d-%d", before, pattern, (int)getpid(), number);
  else snprintf(to, room, "%s", pattern);
}

static void run_once(int compiler, const char *base, int number, Result *r) {
  char words[MAX_WORDS][512], *argv[MAX_WORDS + 1] = {0};
  for (int i = 0; i < MAX_WORDS && compilers[compiler].argv[i]; i++) {
    expand(words[i], sizeof words[i], compilers[compiler].argv[i], base, number);
    argv[i] = words[i];
  }
  process_record(argv, r);
}

static double count_lines(const char *base, const char *language) {
  char path[512];
  double lines = 0;
  snprintf(path, sizeof path, "%s.%s", base, language);
  FILE *f = fopen(path, "r");
  if (!f) return 0;
  for (int c; (c = getc(f)) != EOF;) lines += c == '\n';
  fclose(f);
  return lines;
}

static int print_row(int compiler, const char *base, Result *r) {
  double lines = count_lines(base, compilers[compiler].language);
  printf("| %s | %.0f |", compilers[compiler].title, lines);
  if (r->outcome != RAN) printf(" - | - | - | - | - |\n");
  else {
    double wall = process_median(r->wall, r->runs), cpu = process_median(r->cpu, r->runs), kb = (double)r->peak_kb;
    printf(" %.0f | %.0f | %.0f | %.0f | %.2f |\n", wall * 1000, cpu * 1000, lines / wall, kb / 1024, kb / lines);
  }
  if (r->outcome == FAILED) fprintf(stderr, "bench-compile: %s failed\n", compilers[compiler].title);
  return r->outcome != FAILED;
}

int main(int argc, char **argv) {
  static Result results[COMPILERS];
  if (argc != 2) return 64;
  int runs = process_runs(5), ok = 1;
  for (int k = 0; k <= runs; k++)
    for (int c = 0; c < COMPILERS; c++) {
      if (results[c].outcome == RAN) run_once(c, argv[1], k, &results[c]);
      if (k == 0) process_forget(&results[c]);
    }
  printf("Median of %d interleaved runs; lines a second of wall time; peak memory.\n\n", runs);
  printf("| compiler | lines | ms | CPU ms | lines/s | MB | kB a line |\n|---|---|---|---|---|---|---|\n");
  for (int c = 0; c < COMPILERS; c++) ok &= print_row(c, argv[1], &results[c]);
  return !ok;
}
