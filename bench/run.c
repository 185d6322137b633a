/* run.c -- compares Orus with its peers: the same programs, interleaved runs, medians of wall time, peak memory, one markdown table.
 *
 *     run BUILD_DIR [NAME...]      RUNS=5 in the environment: runs of each
 *
 * BUILD_DIR/bench holds NAME.orbc and NAME.c.exe; bench/programs the sources for the other peers.  Outputs must agree. */
#define _DEFAULT_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PEERS = 7, MAX_RUNS = 31, MAX_NAMES = 64, C_PEER = 0, ORUS = 1, LUA = 2, LUAJIT_OFF = 3 };

/* %1: build directory, %2: name of the bench */
static const struct { const char *title, *argv[4]; } peers[PEERS] = {
    {"C", {"%1/bench/%2.c.exe"}},
    {"Orus", {"%1/orus", "%1/bench/%2.orbc"}},
    {"Lua 5.4", {"lua5.4", "bench/programs/%2.lua"}},
    {"LuaJIT -joff", {"luajit", "-joff", "bench/programs/%2.lua"}},
    {"LuaJIT", {"luajit", "bench/programs/%2.lua"}},
    {"Node", {"node", "bench/programs/%2.js"}},
    {"Python", {"python3", "bench/programs/%2.py"}},
};

typedef struct Result {
  double times[MAX_RUNS], median;
  long peak_kb;
  int runs, missing;
  char output[256];
} Result;

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

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Runs once; 0: the peer or its program is not there. */
static int run_once(int peer, const char *dir, const char *name, Result *r) {
  char text[4][512], *argv[5] = {0};
  for (int i = 0; i < 4 && peers[peer].argv[i]; i++) {
    expand(text[i], sizeof text[i], peers[peer].argv[i], dir, name);
    argv[i] = text[i];
    if (i && strchr(text[i], '/') && access(text[i], R_OK)) return 0;
  }
  int fds[2];
  if (pipe(fds)) return 0;
  double start = now();
  pid_t pid = fork();
  if (pid == 0) {
    dup2(fds[1], 1);
    close(fds[0]);
    close(fds[1]);
    execvp(argv[0], argv);
    _exit(127);
  }
  close(fds[1]);
  size_t n = 0;
  for (ssize_t got; n + 1 < sizeof r->output && (got = read(fds[0], r->output + n, sizeof r->output - 1 - n)) > 0;) n += (size_t)got;
  r->output[n] = 0;
  close(fds[0]);
  int status;
  struct rusage usage;
  wait4(pid, &status, 0, &usage);
  if (!WIFEXITED(status) || WEXITSTATUS(status)) return 0;
  r->times[r->runs++] = now() - start;
  if (usage.ru_maxrss > r->peak_kb) r->peak_kb = usage.ru_maxrss;
  return 1;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* All peers on one bench.  Returns 0 when outputs differ. */
static int run_bench(const char *dir, const char *name, int runs, Result *results) {
  int ok = 1;
  for (int k = 0; k < runs; k++)
    for (int p = 0; p < PEERS; p++)
      if (!results[p].missing && !run_once(p, dir, name, &results[p])) results[p].missing = 1;
  for (int p = 0; p < PEERS; p++) {
    Result *r = &results[p];
    if (r->missing) continue;
    qsort(r->times, (size_t)r->runs, sizeof r->times[0], by_value);
    r->median = r->times[r->runs / 2];
    if (strcmp(r->output, results[ORUS].output) != 0) {
      fprintf(stderr, "bench: %s: %s prints '%.60s', Orus '%.60s'\n", name, peers[p].title, r->output, results[ORUS].output);
      ok = 0;
    }
  }
  return ok;
}

static void print_row(const char *name, const Result *results) {
  printf("| %s | %.1f |", name, results[C_PEER].median * 1000);
  for (int p = 1; p < PEERS; p++)
    if (results[p].missing) printf(" - |");
    else printf(" %.2f (%.0f MB) |", results[p].median / results[C_PEER].median, (double)results[p].peak_kb / 1024);
  printf(" %.2f | %.2f |\n", results[ORUS].median / results[LUAJIT_OFF].median, results[ORUS].median / results[LUA].median);
  fflush(stdout);
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
  printf("Median of %d interleaved runs; ratios to C (peak memory).\n\n| bench | C ms |", runs);
  for (int p = 1; p < PEERS; p++) printf(" %s |", peers[p].title);
  printf(" Orus / LuaJIT -joff | Orus / Lua 5.4 |\n|---|---|");
  for (int p = 1; p < PEERS; p++) printf("---|");
  printf("---|---|\n");
  double log_joff = 0, log_lua = 0;
  int compared = 0;
  for (int i = 0; i < count; i++) {
    Result results[PEERS];
    memset(results, 0, sizeof results);
    ok &= run_bench(argv[1], names[i], runs, results);
    print_row(names[i], results);
    if (!strcmp(names[i], "hello") || results[LUA].missing || results[LUAJIT_OFF].missing || results[ORUS].missing) continue;
    log_joff += log(results[ORUS].median / results[LUAJIT_OFF].median);
    log_lua += log(results[ORUS].median / results[LUA].median);
    compared++;
  }
  if (compared) printf("\nGeometric mean over %d benches: Orus / LuaJIT -joff %.2f, Orus / Lua 5.4 %.2f\n", compared, exp(log_joff / compared), exp(log_lua / compared));
  return !ok;
}
