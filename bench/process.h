/* process.h -- a command is run to its end and measured: for programs of one file that compare commands. */
#ifndef BENCH_PROCESS_H
#define BENCH_PROCESS_H

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef enum Outcome { RAN, MISSING, FAILED } Outcome;

/* Peak: of the process that took most, when there were several. */
typedef struct Usage {
  double wall, cpu; /* seconds */
  long peak_kb;
} Usage;

/* What is known of a command that is run again and again. */
enum { MAX_RUNS = 1001 };
typedef struct Result {
  double wall[MAX_RUNS], cpu[MAX_RUNS];
  long peak_kb; /* of the run that took most */
  int runs;
  Outcome outcome; /* of the last run, and the beginning of what it printed */
  char output[256];
} Result;

static inline double process_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static inline double process_seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec * 1e-6; }

/* Output is kept as far as there is room, and read to its end: a program must not die of a closed pipe. */
static inline void process_read(int fd, char *to, size_t room) {
  char rest[4096];
  size_t n = 0;
  for (ssize_t got; (got = read(fd, rest, sizeof rest)) > 0;) {
    size_t take = (size_t)got < room - 1 - n ? (size_t)got : room - 1 - n;
    memcpy(to + n, rest, take);
    n += take;
  }
  to[n] = 0;
}

/* Starts argv with its standard output in a pipe, whose reading end goes to *fd. -1: no process. */
static inline pid_t process_start(char **argv, int *fd) {
  int fds[2];
  if (pipe(fds)) return -1;
  pid_t pid = fork();
  if (pid == 0) {
    dup2(fds[1], 1);
    close(fds[0]);
    close(fds[1]);
    execvp(argv[0], argv);
    _exit(127);
  }
  close(fds[1]);
  if (pid < 0) close(fds[0]);
  *fd = fds[0];
  return pid;
}

static inline Outcome process_run(char **argv, char *output, size_t room, Usage *u) {
  int fd, status;
  double began = process_now();
  pid_t pid = process_start(argv, &fd);
  if (pid < 0) return FAILED;
  process_read(fd, output, room);
  close(fd);
  struct rusage usage;
  if (wait4(pid, &status, 0, &usage) != pid) return FAILED;
  *u = (Usage){process_now() - began, process_seconds(usage.ru_utime) + process_seconds(usage.ru_stime), usage.ru_maxrss};
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) return MISSING;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? RAN : FAILED;
}

/* Runs the command once more. */
static inline void process_record(char **argv, Result *r) {
  Usage usage;
  r->outcome = process_run(argv, r->output, sizeof r->output, &usage);
  if (r->outcome != RAN) return;
  r->wall[r->runs] = usage.wall;
  r->cpu[r->runs++] = usage.cpu;
  if (usage.peak_kb > r->peak_kb) r->peak_kb = usage.peak_kb;
}

/* The first run is not measured: it reads files and fills what is remembered between runs. */
static inline void process_forget(Result *r) { r->runs = 0, r->peak_kb = 0; }

/* Of "$NAME|word", as a command may be written, what the variable says, or else the word; of others, themselves. */
static inline const char *process_word(const char *pattern) {
  if (*pattern != '$') return pattern;
  char variable[16] = "";
  size_t n = strcspn(pattern + 1, "|");
  memcpy(variable, pattern + 1, n < sizeof variable ? n : sizeof variable - 1);
  const char *value = getenv(variable);
  return value && *value ? value : pattern + n + 2;
}

/* How many runs RUNS asks for; `otherwise` when it does not say. */
static inline int process_runs(int otherwise) {
  const char *wanted = getenv("RUNS");
  int runs = wanted ? atoi(wanted) : 0;
  return runs < 1 || runs > MAX_RUNS ? otherwise : runs;
}

static inline int process_by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Sorts them. */
static inline double process_median(double *values, int n) {
  qsort(values, (size_t)n, sizeof *values, process_by_value);
  return values[n / 2];
}

#endif
