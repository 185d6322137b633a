/* run.c -- compares Orus with its peers: the same programs, interleaved runs, medians of wall time, peak memory, one markdown table.
 *
 *     run BUILD_DIR [NAME...]      in the environment: RUNS=5     runs of each
 *                                                      PEERS=...  keys of the peers to run, between commas or spaces (default: all)
 *                                                      ORUS=...   the executable to measure (default: BUILD_DIR/orus)
 *
 * BUILD_DIR/bench holds NAME.orbc and NAME.c.exe; bench/programs the sources for the other peers.  A peer that is not installed, or has no
 * program of that name, shows as "-".  A program that fails, or prints something else than the others, fails the whole run. */
#define _DEFAULT_SOURCE
#include "process.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>

enum { PEERS = 7, MAX_RUNS = 31, MAX_NAMES = 64, C_PEER = 0, ORUS = 1, LUA = 2, LUAJIT_OFF = 3 };

/* %1: build directory, %2: name of the bench */
static const struct { const char *key, *title, *argv[4]; } peers[PEERS] = {
    {"c", "C", {"%1/bench/%2.c.exe"}},
    {"orus", "Orus", {"%1/orus", "%1/bench/%2.orbc"}},
    {"lua5.4", "Lua 5.4", {"lua5.4", "bench/programs/%2.lua"}},
    {"luajit-joff", "LuaJIT -joff", {"luajit", "-joff", "bench/programs/%2.lua"}},
    {"luajit", "LuaJIT", {"luajit", "bench/programs/%2.lua"}},
    {"node", "Node", {"node", "bench/programs/%2.js"}},
    {"python3", "Python", {"python3", "bench/programs/%2.py"}},
};

typedef struct Result {
  double times[MAX_RUNS], median;
  long peak_kb;
  int runs;
  Outcome outcome;
  char output[256];
} Result;

/* Ratios to C, as logarithms, summed up for the geometric means. */
typedef struct Sums {
  double logs[PEERS], orus_joff, orus_lua;
  int counts[PEERS], joff_count, lua_count;
} Sums;

static void expand(char *to, size_t room, const char *pattern, const char *dir, const char *name) {
  size_t n = 0;
  for (; *pattern && n + 1 < room; pattern++) {
    const char *insert = pattern[0] == '%' ? (pattern[1] == '1' ? dir : name) : NULL;
    if (insert) {
      n += (size_t)snprintf(to + n, room - n, "%s", insert);
      pattern++;
    } else to[n++] = *pattern;
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

static Outcome run_once(int peer, const char *dir, const char *name, Result *r) {
  char text[4][512], *argv[5] = {0};
  const char *orus = peer == ORUS ? getenv("ORUS") : NULL;
  for (int i = 0; i < 4 && peers[peer].argv[i]; i++) {
    expand(text[i], sizeof text[i], i == 0 && orus && *orus ? orus : peers[peer].argv[i], dir, name);
    argv[i] = text[i];
    if (strchr(text[i], '/') && access(text[i], R_OK)) return MISSING;
  }
  Usage usage;
  Outcome outcome = process_run(argv, r->output, sizeof r->output, &usage);
  if (outcome != RAN) return outcome;
  r->times[r->runs++] = usage.wall;
  if (usage.peak_kb > r->peak_kb) r->peak_kb = usage.peak_kb;
  return RAN;
}

/* All peers on one bench.  Returns 0 when one fails or outputs differ. */
static int run_bench(const char *dir, const char *name, int runs, Result *results) {
  const char *wanted = getenv("PEERS");
  int ok = 1, first = -1;
  for (int p = 0; p < PEERS; p++)
    if (wanted && *wanted && p != C_PEER && !listed(wanted, peers[p].key)) results[p].outcome = MISSING;
  for (int k = 0; k < runs; k++)
    for (int p = 0; p < PEERS; p++)
      if (results[p].outcome == RAN) results[p].outcome = run_once(p, dir, name, &results[p]);
  for (int p = 0; p < PEERS; p++) {
    Result *r = &results[p];
    if (r->outcome == FAILED) {
      fprintf(stderr, "bench: %s: %s failed\n", name, peers[p].title);
      ok = 0;
    }
    if (r->outcome != RAN) continue;
    r->median = process_median(r->times, r->runs);
    if (first < 0) first = p;
    if (strcmp(r->output, results[first].output) == 0) continue;
    fprintf(stderr, "bench: %s: %s prints '%.60s', %s '%.60s'\n", name, peers[p].title, r->output, peers[first].title, results[first].output);
    ok = 0;
  }
  return ok;
}

/* The quotient of two medians, or 0 when one of them is not there. */
static double ratio(const Result *results, int over, int under) {
  if (results[over].outcome != RAN || results[under].outcome != RAN) return 0;
  return results[over].median / results[under].median;
}

static void print_ratio(double value) {
  if (value > 0) printf(" %.2f |", value);
  else printf(" - |");
}

static void print_row(const char *name, const Result *results) {
  if (results[C_PEER].outcome == RAN) printf("| %s | %.1f (%.0f MB) |", name, results[C_PEER].median * 1000, (double)results[C_PEER].peak_kb / 1024);
  else printf("| %s | - |", name);
  for (int p = 1; p < PEERS; p++) {
    if (ratio(results, p, C_PEER) > 0) printf(" %.2f (%.0f MB) |", ratio(results, p, C_PEER), (double)results[p].peak_kb / 1024);
    else printf(" - |");
  }
  print_ratio(ratio(results, ORUS, LUAJIT_OFF));
  print_ratio(ratio(results, ORUS, LUA));
  printf("\n");
  fflush(stdout);
}

static void add_log(double value, double *sum, int *count) {
  if (value <= 0) return;
  *sum += log(value);
  ++*count;
}

static void add_row(Sums *s, const Result *results) {
  for (int p = 1; p < PEERS; p++) add_log(ratio(results, p, C_PEER), &s->logs[p], &s->counts[p]);
  add_log(ratio(results, ORUS, LUAJIT_OFF), &s->orus_joff, &s->joff_count);
  add_log(ratio(results, ORUS, LUA), &s->orus_lua, &s->lua_count);
}

/* The last row: what a peer lacks is left out of its own mean only. */
static void print_means(const Sums *s) {
  printf("| **geometric mean** | |");
  for (int p = 1; p < PEERS; p++) print_ratio(s->counts[p] ? exp(s->logs[p] / s->counts[p]) : 0);
  print_ratio(s->joff_count ? exp(s->orus_joff / s->joff_count) : 0);
  print_ratio(s->lua_count ? exp(s->orus_lua / s->lua_count) : 0);
  printf("\n");
}

static void print_head(int runs) {
  printf("Median of %d interleaved runs; ratios to C (peak memory).\n\n| bench | C ms |", runs);
  for (int p = 1; p < PEERS; p++) printf(" %s |", peers[p].title);
  printf(" Orus / LuaJIT -joff | Orus / Lua 5.4 |\n|---|---|");
  for (int p = 1; p < PEERS; p++) printf("---|");
  printf("---|---|\n");
}

static int list_programs(char names[][64]) {
  DIR *d = opendir("bench/programs");
  int n = 0;
  for (struct dirent *e; d && n < MAX_NAMES && (e = readdir(d));) {
    char *dot = strstr(e->d_name, ".orus");
    if (dot && dot - e->d_name < 64) snprintf(names[n++], 64, "%.*s", (int)(dot - e->d_name), e->d_name);
  }
  if (d) closedir(d);
  qsort(names, (size_t)n, 64, (int (*)(const void *, const void *))strcmp);
  return n;
}

int main(int argc, char **argv) {
  static char names[MAX_NAMES][64];
  if (argc < 2) return 64;
  int count = argc > 2 ? 0 : list_programs(names), runs = getenv("RUNS") ? atoi(getenv("RUNS")) : 5, ok = 1;
  for (int i = 2; i < argc && count < MAX_NAMES; i++) snprintf(names[count++], 64, "%s", argv[i]);
  if (runs < 1 || runs > MAX_RUNS) runs = 5;
  print_head(runs);
  Sums sums = {{0}, 0, 0, {0}, 0, 0};
  for (int i = 0; i < count; i++) {
    Result results[PEERS];
    memset(results, 0, sizeof results);
    ok &= run_bench(argv[1], names[i], runs, results);
    print_row(names[i], results);
    if (strcmp(names[i], "hello") != 0) add_row(&sums, results);   // hello measures start-up, not computing
  }
  if (count) print_means(&sums);
  return !ok;
}
