/* report.c -- see report.h. */
#include "cli/report.h"

#include <inttypes.h>
#include <stdio.h>

/* -- errors -- */

static void print_frames(const Vm *vm, const Obj *error) {
  const Func *func;
  uint32_t pc, n, k, line, column;
  OrbcFunction room;
  for (uint32_t i = 0; vm_error_frame(vm, error, i, &func, &pc); i++) {
    if (!func) {
      fprintf(stderr, "  ...\n");
      continue;
    }
    const OrbcFunction *row = func_row(func, &room);
    const char *name = orbc_string(&func->module->view, row->name, &n), *file = orbc_string(&func->module->view, row->file, &k);
    program_position(func, pc, &line, &column);
    fprintf(stderr, "  at %.*s (%.*s:%" PRIu32 ":%" PRIu32 ")\n", (int)n, name, (int)k, file, line, column);
  }
}

void report_error(const Vm *vm) {
  uint32_t n;
  const char *message = vm_error_message(vm, vm_error(vm), &n);
  fprintf(stderr, "error: %.*s [%s]\n", (int)n, message, vm_kind_name(vm_error_kind(vm)));
  print_frames(vm, vm_error(vm));
}

/* -- statistics -- */

typedef struct Number {
  const char *name, *key; /* as text, in JSON */
  uint64_t value;
} Number;

enum { NUMBERS = 14 };

static void collect(const VmStats *s, Number to[NUMBERS]) {
  const Number numbers[NUMBERS] = {
    {"instructions", "instructions", s->instructions},
    {"deepest call depth", "call_depth_max", s->call_depth_max},
    {"most raw slots", "raw_slots_max", s->raw_slots_max},
    {"most reference slots", "ref_slots_max", s->ref_slots_max},
    {"minor collections", "minor_collections", s->heap.minor},
    {"full collections", "full_collections", s->heap.full},
    {"steps of marking", "marking_steps", s->heap.steps},
    {"allocated bytes", "allocated_bytes", s->heap.allocated},
    {"promoted bytes", "promoted_bytes", s->heap.promoted},
    {"live bytes", "live_bytes", s->heap.live},
    {"heap bytes", "heap_bytes", s->heap.in_use},
    {"most heap bytes", "heap_bytes_max", s->heap.in_use_max},
    {"longest pause ns", "pause_max_ns", s->heap.pause_max_ns},
    {"all pauses ns", "pause_total_ns", s->heap.pause_total_ns},
  };
  for (int i = 0; i < NUMBERS; i++) to[i] = numbers[i];
}

/* The buckets that are not empty, by their upper ends. */
static void print_pauses(const char *kind, const uint64_t *buckets) {
  for (unsigned i = 0; i < GC_PAUSE_BUCKETS; i++)
    if (buckets[i]) fprintf(stderr, "%s pauses below %" PRIu64 " ns: %" PRIu64 "\n", kind, (uint64_t)2 << i, buckets[i]);
}

/* An object: how many pauses by the length in nanoseconds that they stayed below. */
static void print_pauses_json(const char *key, const uint64_t *buckets) {
  const char *between = "";
  fprintf(stderr, ", \"%s\": {", key);
  for (unsigned i = 0; i < GC_PAUSE_BUCKETS; i++) {
    if (!buckets[i]) continue;
    fprintf(stderr, "%s\"%" PRIu64 "\": %" PRIu64, between, (uint64_t)2 << i, buckets[i]);
    between = ", ";
  }
  fputs("}", stderr);
}

void report_stats(const VmStats *s, int json) {
  Number numbers[NUMBERS];
  collect(s, numbers);
  for (int i = 0; i < NUMBERS; i++)
    if (json) fprintf(stderr, "%s\"%s\": %" PRIu64, i ? ", " : "{", numbers[i].key, numbers[i].value);
    else fprintf(stderr, "%s %" PRIu64 "\n", numbers[i].name, numbers[i].value);
  if (!json) {
    print_pauses("minor", s->heap.minor_pauses);
    print_pauses("full", s->heap.full_pauses);
    return;
  }
  print_pauses_json("minor_pauses", s->heap.minor_pauses);
  print_pauses_json("full_pauses", s->heap.full_pauses);
  fputs("}\n", stderr);
}
