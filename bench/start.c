/* start.c -- compares how long it takes to run a program of one line: interleaved runs, medians, one markdown table.
 *
 *     start BASE      in the environment: RUNS=101   runs of each
 *                                         ORUS=...   the executable to measure
 *                                         PYTHON=... the one to compare with
 *
 * bench/programs holds the programs; BASE.orbc, BASE.c.exe and BASE.go.exe are those that are compiled beforehand, BASE.cold and BASE.warm the folders for compiled
 * programs of the runs that find none there, and theirs.  What is not installed shows as "-"; a program that fails, or prints something else, fails the whole run. */
#define _DEFAULT_SOURCE
#include "process.h"

#include <dirent.h>
#include <stdio.h>

enum { MAX_WORDS = 3, MAX_PATH = 512, LUA = 1 };

/* %: BASE; with variables (process_word) */
static const struct { const char *title, *cache, *argv[MAX_WORDS]; } peers[] = {
    {"C", "", {"%.c.exe"}},
    {"Lua 5.4", "", {"lua5.4", "bench/programs/hello.lua"}},
    {"orus hello.orus, compiled", "%.cold", {"$ORUS|orus", "bench/programs/hello.orus"}},
    {"orus hello.orus, from the cache", "%.warm", {"$ORUS|orus", "bench/programs/hello.orus"}},
    {"orus hello.orbc", "", {"$ORUS|orus", "%.orbc"}},
    {"LuaJIT", "", {"luajit", "bench/programs/hello.lua"}},
    {"Perl", "", {"perl", "-e", "print \"hello\\n\""}},
    {"Go, compiled", "", {"%.go.exe"}},
    {"Python", "", {"$PYTHON|python3", "bench/programs/hello.py"}},
    {"Node", "", {"node", "bench/programs/hello.js"}},
    {"Deno", "", {"deno", "bench/programs/hello.js"}},
};
enum { PEERS = sizeof peers / sizeof *peers };

static char *expand(char *to, const char *pattern, const char *base) {
  pattern = process_word(pattern);
  if (*pattern == '%') snprintf(to, MAX_PATH, "%s%s", base, pattern + 1);
  else snprintf(to, MAX_PATH, "%s", pattern);
  return to;
}

/* Removes a folder for compiled programs with all in it. */
static void forget(const char *cache) {
  char folder[MAX_PATH + 8], file[2 * MAX_PATH];
  snprintf(folder, sizeof folder, "%s/orus", cache);
  DIR *d = opendir(folder);
  for (struct dirent *e; d && (e = readdir(d));) {
    snprintf(file, sizeof file, "%s/%s", folder, e->d_name);
    unlink(file);
  }
  if (d) closedir(d);
  rmdir(folder);
  rmdir(cache);
}

static void run_once(int peer, const char *base, Result *r) {
  char words[MAX_WORDS][MAX_PATH], cache[MAX_PATH], *argv[MAX_WORDS + 1] = {0};
  for (int i = 0; i < MAX_WORDS && peers[peer].argv[i]; i++) argv[i] = expand(words[i], peers[peer].argv[i], base);
  if (!strcmp(peers[peer].cache, "%.cold")) forget(expand(cache, peers[peer].cache, base));
  setenv("XDG_CACHE_HOME", expand(cache, peers[peer].cache, base), 1);
  process_record(argv, r);
  if (r->outcome == RAN && strcmp(r->output, "hello\n")) r->outcome = FAILED;
}

static void print_row(int peer, Result *r, double lua) {
  printf("| %s |", peers[peer].title);
  if (r->outcome != RAN) {
    printf(" - | - | - | - |\n");
    return;
  }
  double wall = process_median(r->wall, r->runs), cpu = process_median(r->cpu, r->runs);
  printf(" %.2f |", wall * 1000);
  if (lua > 0) printf(" %.2f |", wall / lua);
  else printf(" - |");
  printf(" %.2f | %.1f |\n", cpu * 1000, (double)r->peak_kb / 1024);
}

int main(int argc, char **argv) {
  static Result results[PEERS];
  if (argc != 2) return 64;
  int runs = process_runs(101), ok = 1;
  for (int k = 0; k <= runs; k++)
    for (int p = 0; p < PEERS; p++) {
      if (results[p].outcome == RAN) run_once(p, argv[1], &results[p]);
      if (k == 0) process_forget(&results[p]);
    }
  double lua = results[LUA].outcome == RAN ? process_median(results[LUA].wall, results[LUA].runs) : 0;
  printf("Median of %d interleaved runs; wall time, its ratio to Lua's, processor time; peak memory.\n\n", runs);
  printf("| program | ms | / Lua | CPU ms | MB |\n|---|---|---|---|---|\n");
  for (int p = 0; p < PEERS; p++) {
    print_row(p, &results[p], lua);
    if (results[p].outcome != FAILED) continue;
    fprintf(stderr, "bench-start: %s failed\n", peers[p].title);
    ok = 0;
  }
  return !ok;
}
