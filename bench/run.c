/* run.c -- compares Orus with its peers: the same programs, interleaved runs, medians of processor time, peak memory, one markdown table.
 *
 *     run BUILD_DIR TABLE [NAME...]   TABLE is programs or std; in the environment:
 *                                     RUNS=5     runs of each
 *                                     PEERS=...  keys of the peers to run, between commas or spaces (default: all)
 *                                     ORUS=...   the executable to measure (default: BUILD_DIR/orus)
 *                                     PYTHON=... the one to compare with (default: python3)
 *
 * BUILD_DIR/bench/TABLE holds what is compiled: NAME.orbc, NAME.c.exe, NAME.go.exe; bench/TABLE the sources of the other peers.  A peer that
 * is not installed, or has no program of that name, shows as "-".  A program that fails, or prints something else than the others, fails the
 * whole run.  Processor time is that of all threads, in the program and in the system: other work on the machine moves it little. */
#define _DEFAULT_SOURCE
#include "process.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>

enum { MAX_NAMES = 96, MAX_COLUMNS = 7, MAX_WORDS = 4 };
enum { C_PEER, ORUS, LUA, LUA_ALONE, LUAJIT_OFF, LUAJIT, NODE, PYTHON, PYTHON_ALONE, GO, PEERS };

/* %1: build directory, %2: name of the program, %3: name of the table, $NAME: a variable of the environment, and what it is otherwise */
static const struct { const char *key, *title, *argv[MAX_WORDS]; } peers[PEERS] = {
    [C_PEER] = {"c", "C", {"%1/bench/%3/%2.c.exe"}},
    [ORUS] = {"orus", "Orus", {"$ORUS|%1/orus", "%1/bench/%3/%2.orbc"}},
    [LUA] = {"lua5.4", "Lua 5.4", {"lua5.4", "bench/%3/%2.lua"}},
    [LUA_ALONE] = {"lua5.4-pure", "Lua without C", {"lua5.4", "bench/%3/%2.pure.lua"}},
    [LUAJIT_OFF] = {"luajit-joff", "LuaJIT -joff", {"luajit", "-joff", "bench/%3/%2.lua"}},
    [LUAJIT] = {"luajit", "LuaJIT", {"luajit", "bench/%3/%2.lua"}},
    [NODE] = {"node", "Node", {"node", "bench/%3/%2.js"}},
    [PYTHON] = {"python3", "Python", {"$PYTHON|python3", "bench/%3/%2.py"}},
    [PYTHON_ALONE] = {"python3-pure", "Python without C", {"$PYTHON|python3", "bench/%3/%2.pure.py"}},
    [GO] = {"go", "Go", {"%1/bench/%3/%2.go.exe"}},
};

/* The first column is what the others are compared with.  `input`: the last argument of every program. */
typedef struct Table {
  const char *name, *input;
  int columns, peers[MAX_COLUMNS];
} Table;

static const Table tables[] = {
    {"programs", NULL, 7, {C_PEER, ORUS, LUA, LUAJIT_OFF, LUAJIT, NODE, PYTHON}},
    {"std", "%1/bench/input", 7, {ORUS, LUA_ALONE, LUA, PYTHON_ALONE, PYTHON, NODE, GO}},
};

/* Ratios to the first column, as logarithms, summed up for the geometric means. */
typedef struct Sums {
  double logs[MAX_COLUMNS];
  int counts[MAX_COLUMNS];
} Sums;

static void expand(char *to, size_t room, const char *pattern, const char *const *inserts) {
  size_t n = 0;
  for (pattern = process_word(pattern); *pattern && n + 1 < room; pattern++) {
    if (*pattern == '%') n += (size_t)snprintf(to + n, room - n, "%s", inserts[*++pattern - '1']);
    else to[n++] = *pattern;
  }
  to[n < room ? n : room - 1] = 0;
}

/* Is `word` one of the words of `list`?  Words stand between commas and spaces. */
static int listed(const char *list, const char *word) {
  size_t n = strlen(word);
  for (const char *at = list; *at;) {
    size_t length = strcspn(at, ", ");
    if (length == n && !strncmp(at, word, n)) return 1;
    at += length + (at[length] != 0);
  }
  return 0;
}

static void run_once(int peer, const Table *table, const char *dir, const char *name, Result *r) {
  const char *inserts[] = {dir, name, table->name};
  char text[MAX_WORDS + 1][512], *argv[MAX_WORDS + 2] = {0};
  int n = 0;
  for (; n < MAX_WORDS && peers[peer].argv[n]; n++) {
    expand(text[n], sizeof text[n], peers[peer].argv[n], inserts);
    argv[n] = text[n];
    if (strchr(text[n], '/') && access(text[n], R_OK)) {
      r->outcome = MISSING;
      return;
    }
  }
  if (table->input) {
    expand(text[n], sizeof text[n], table->input, inserts);
    argv[n] = text[n];
  }
  process_record(argv, r);
}

/* All peers on one program.  Returns 0 when one fails or outputs differ. */
static int run_bench(const Table *table, const char *dir, const char *name, int runs, Result *results) {
  const char *wanted = getenv("PEERS");
  int ok = 1, first = -1;
  for (int c = 1; c < table->columns; c++)
    if (wanted && *wanted && !listed(wanted, peers[table->peers[c]].key)) results[c].outcome = MISSING;
  for (int k = 0; k < runs; k++)
    for (int c = 0; c < table->columns; c++)
      if (results[c].outcome == RAN) run_once(table->peers[c], table, dir, name, &results[c]);
  for (int c = 0; c < table->columns; c++) {
    Result *r = &results[c];
    const char *title = peers[table->peers[c]].title;
    if (r->outcome == FAILED) {
      fprintf(stderr, "bench: %s: %s failed\n", name, title);
      ok = 0;
    }
    if (r->outcome != RAN) continue;
    if (first < 0) first = c;
    if (strcmp(r->output, results[first].output) == 0) continue;
    fprintf(stderr, "bench: %s: %s prints '%.60s', %s '%.60s'\n", name, title, r->output, peers[table->peers[first]].title, results[first].output);
    ok = 0;
  }
  return ok;
}

static double median(Result *r) { return process_median(r->cpu, r->runs); }

/* Time in terms of the first column; 0 when one of the two is not there. */
static double ratio(Result *results, int column) {
  if (results[column].outcome != RAN || results[0].outcome != RAN) return 0;
  return median(&results[column]) / median(&results[0]);
}

static void print_row(const Table *table, const char *name, Result *results) {
  printf("| %s |", name);
  if (results[0].outcome == RAN) printf(" %.1f (%.0f MB) |", median(&results[0]) * 1000, (double)results[0].peak_kb / 1024);
  else printf(" - |");
  for (int c = 1; c < table->columns; c++) {
    if (ratio(results, c) > 0) printf(" %.2f (%.0f MB) |", ratio(results, c), (double)results[c].peak_kb / 1024);
    else printf(" - |");
  }
  printf("\n");
  fflush(stdout);
}

static void add_row(const Table *table, Sums *s, Result *results) {
  for (int c = 1; c < table->columns; c++)
    if (ratio(results, c) > 0) {
      s->logs[c] += log(ratio(results, c));
      s->counts[c]++;
    }
}

/* The last row: what a peer lacks is left out of its own mean only. */
static void print_means(const Table *table, const Sums *s) {
  printf("| **geometric mean** | |");
  for (int c = 1; c < table->columns; c++) {
    if (s->counts[c]) printf(" %.2f |", exp(s->logs[c] / s->counts[c]));
    else printf(" - |");
  }
  printf("\n");
}

static void print_head(const Table *table, int runs) {
  const char *base = peers[table->peers[0]].title;
  double load[3] = {0, 0, 0};
  if (getloadavg(load, 3) < 3) load[2] = 0;
  printf("Median of %d interleaved runs, in processor time; ratios to %s (peak memory). At the start the machine had run %.1f jobs at a time for\n", runs, base, load[2]);
  printf("a quarter of an hour, on %ld processors.\n\n| program | %s ms |", sysconf(_SC_NPROCESSORS_ONLN), base);
  for (int c = 1; c < table->columns; c++) printf(" %s |", peers[table->peers[c]].title);
  printf("\n|---|---|");
  for (int c = 1; c < table->columns; c++) printf("---|");
  printf("\n");
}

static int list_programs(const Table *table, char names[][64]) {
  char folder[64];
  snprintf(folder, sizeof folder, "bench/%s", table->name);
  DIR *d = opendir(folder);
  int n = 0;
  for (struct dirent *e; d && n < MAX_NAMES && (e = readdir(d));) {
    char *dot = strstr(e->d_name, ".orus");
    if (dot && dot - e->d_name < 64) snprintf(names[n++], 64, "%.*s", (int)(dot - e->d_name), e->d_name);
  }
  if (d) closedir(d);
  qsort(names, (size_t)n, 64, (int (*)(const void *, const void *))strcmp);
  return n;
}

static const Table *find_table(const char *name) {
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
    if (!strcmp(tables[i].name, name)) return &tables[i];
  return NULL;
}

int main(int argc, char **argv) {
  static char names[MAX_NAMES][64];
  const Table *table = argc > 2 ? find_table(argv[2]) : NULL;
  if (!table) return 64;
  int count = argc > 3 ? 0 : list_programs(table, names), runs = process_runs(5), ok = 1;
  for (int i = 3; i < argc && count < MAX_NAMES; i++) snprintf(names[count++], 64, "%s", argv[i]);
  print_head(table, runs);
  Sums sums = {{0}, {0}};
  for (int i = 0; i < count; i++) {
    static Result results[MAX_COLUMNS];
    memset(results, 0, sizeof results);
    ok &= run_bench(table, argv[1], names[i], runs, results);
    print_row(table, names[i], results);
    if (strcmp(names[i], "hello") != 0) add_row(table, &sums, results);   // hello measures start-up, not computing
  }
  if (count) print_means(table, &sums);
  return !ok;
}
