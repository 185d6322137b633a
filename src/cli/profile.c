/* profile.c -- see profile.h. */
#include "cli/profile.h"

#include "code/vec.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A prime, so that loops do not run in step with it. */
enum { INSTRUCTIONS_A_SAMPLE = 997, MOST_ROWS = 60 };

/* How many samples were in a function itself, and in it or what it called. */
typedef struct Row {
  const Func *func;
  uint32_t self, total, last; /* last: the sample that was counted last, so that recursion counts once */
} Row;

/* How many were on a line of a function. */
typedef struct Line {
  const Func *func;
  uint32_t line, count;
} Line;

typedef struct Profile {
  CodeVec rows; /* by number of the function */
  CodeVec lines; /* one for each sample */
  uint32_t samples;
} Profile;

static void sample(Profile *p, const Vm *vm) {
  Row *rows = p->rows.rows;
  const Func *func;
  uint32_t pc, column;
  p->samples++;
  for (uint32_t i = 0; vm_frame(vm, i, &func, &pc); i++) {
    Row *row = &rows[func->index];
    row->func = func;
    if (row->last != p->samples) row->total++;
    row->last = p->samples;
    if (i) continue;
    row->self++;
    Line *line = vec_add(&p->lines, NULL, 1);
    if (!line) continue;
    line->func = func;
    line->count = 1;
    program_position(func, pc, &line->line, &column);
  }
}

/* -- the report -- */

static int by_self(const void *a, const void *b) {
  const Row *x = a, *y = b;
  return x->self != y->self ? (x->self < y->self) - (x->self > y->self) : (x->total < y->total) - (x->total > y->total);
}

static int by_place(const void *a, const void *b) {
  const Line *x = a, *y = b;
  return x->func != y->func ? (x->func > y->func) - (x->func < y->func) : (x->line > y->line) - (x->line < y->line);
}

static int by_count(const void *a, const void *b) {
  const Line *x = a, *y = b;
  return x->count != y->count ? (x->count < y->count) - (x->count > y->count) : by_place(a, b);
}

static void print_function(const Func *func, uint32_t line) {
  uint32_t n, k;
  OrbcFunction room;
  const OrbcFunction *row = func_row(func, &room);
  const char *name = orbc_string(&func->module->view, row->name, &n), *file = orbc_string(&func->module->view, row->file, &k);
  fprintf(stderr, "%.*s (%.*s:%" PRIu32 ")\n", (int)n, name, (int)k, file, line);
}

static double percent(const Profile *p, uint32_t n) { return 100.0 * n / p->samples; }

static void print_functions(Profile *p) {
  Row *rows = p->rows.rows;
  uint32_t line, column;
  qsort(rows, p->rows.count, sizeof *rows, by_self);
  fprintf(stderr, "   self   total  function\n");
  for (size_t i = 0; i < p->rows.count && i < MOST_ROWS && rows[i].self; i++) {
    program_position(rows[i].func, 0, &line, &column);
    fprintf(stderr, "%6.2f%% %6.2f%%  ", percent(p, rows[i].self), percent(p, rows[i].total));
    print_function(rows[i].func, line);
  }
}

static void print_lines(Profile *p) {
  Line *lines = p->lines.rows;
  size_t n = 0;
  qsort(lines, p->lines.count, sizeof *lines, by_place);
  for (size_t i = 0; i < p->lines.count; i++)
    if (n && !by_place(&lines[n - 1], &lines[i])) lines[n - 1].count++;
    else lines[n++] = lines[i];
  qsort(lines, n, sizeof *lines, by_count);
  fprintf(stderr, "\n   self  line\n");
  for (size_t i = 0; i < n && i < MOST_ROWS; i++) {
    fprintf(stderr, "%6.2f%%  ", percent(p, lines[i].count));
    print_function(lines[i].func, lines[i].line);
  }
}

/* -- running -- */

VmStatus profile_run(Vm *vm, const Program *program, GcMemory memory) {
  Profile p = {.samples = 0};
  VmLimits wanted;
  VmStatus status;
  vm_get_limits(vm, &wanted);
  VmLimits limits = wanted;
  vec_init(&p.rows, memory, sizeof(Row));
  vec_init(&p.lines, memory, sizeof(Line));
  if (!vec_add(&p.rows, NULL, program->functions_count)) return vm_run(vm);
  for (limits.fuel = INSTRUCTIONS_A_SAMPLE;; limits.fuel += INSTRUCTIONS_A_SAMPLE) {
    int is_last = wanted.fuel && wanted.fuel <= limits.fuel;
    vm_set_limits(vm, is_last ? &wanted : &limits);
    status = vm_run(vm);
    if (is_last || status != VM_STOPPED || vm_stop_kind(vm) != ERR_KIND_OUT_OF_FUEL) break;
    sample(&p, vm);
  }
  vm_set_limits(vm, &wanted);
  if (p.samples) {
    print_functions(&p);
    print_lines(&p);
  }
  vec_free(&p.rows);
  vec_free(&p.lines);
  return status;
}
