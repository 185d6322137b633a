/* Attacks on what loads and runs untrusted code: each .oasm file here is assembled, loaded and run, instruction by instruction as it is in the file and as it
 * is run otherwise, and must end both times as its first line says:
 *
 *     ; expect: done 7 | error NAME | stopped NAME | refused WORDS OF THE REPORT
 *     ; fuel: 1000     (optional second line)
 *
 * A file that hangs is ended by the alarm.  Large attacks, which are about time, are written by the tests in this file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#undef fail
#include "../host.h"
#include "code/asm.h"
#include "code/text.h"
#include "code/verify.h"

#define FOLDER "tests/hostile"

static const GcMemory memory = {NULL, plain_alloc, plain_free};

/* -- one run -- */

static const char *kind_name(int kind) {
  switch (kind) {
#define ERROR_KIND(NAME, number, name, catchable, class, message) case number: return name;
#include "errors.def"
  default: return "unknown";
  }
}

/* How the run ends, in the words of an expectation. */
static void describe(Vm *vm, VmStatus status, char *to, size_t room) {
  const char *fault = gc_verify(vm_heap(vm));
  if (fault) snprintf(to, room, "broken heap: %s", fault);
  else if (status == VM_DONE) snprintf(to, room, "done %lld", (long long)vm_result(vm));
  else if (status == VM_ERROR) snprintf(to, room, "error %s", kind_name(vm_error_kind(vm)));
  else if (status == VM_STOPPED) snprintf(to, room, "stopped %s", kind_name((int)vm_stop_kind(vm)));
  else snprintf(to, room, "status %d %s", (int)status, vm_fault(vm) ? vm_fault(vm) : "");
}

static void run(const void *image, size_t size, int exact, uint64_t fuel, char *to, size_t room) {
  uint64_t clock = 0;
  VmHost host = plain_host(&clock);
  VmLimits limits = {.stack_raw = 1 << 16, .stack_ref = 1 << 16, .call_depth = 1000, .heap_bytes = 16 << 20, .array_length = 1 << 20, .fuel = fuel};
  Program program;
  LoadReport why;
  assert_true(program_init(&program, memory));
  program.is_exact = exact;
  if (program_add(&program, image, size, 0, &why)) {
    Vm *vm = vm_new(&program, &host, &limits);
    assert_non_null(vm);
    VmStatus status = vm_start(vm, program_entry(&program), NULL, NULL);
    if (status == VM_DONE) status = vm_run(vm);
    describe(vm, status, to, room);
    vm_free(vm);
  } else snprintf(to, room, "refused %s", why.detail);
  program_free(&program);
}

static void *assemble(const char *name, const char *text, size_t length, size_t *size) {
  AsmReport r;
  void *image;
  if (asm_assemble(text, length, memory, &image, size, &r)) return image;
  print_error("%s:%u:%u: %s %s at '%s'\n", name, r.line, r.column, r.message, r.detail, r.token);
  assert_true(0);
  return NULL;
}

/* -- the files -- */

static char *read_text(const char *path, size_t *length) {
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  char *text = calloc(1, 1 << 20);
  assert_non_null(text);
  *length = fread(text, 1, (1 << 20) - 1, f);
  fclose(f);
  return text;
}

static void check_file(const char *name) {
  char path[512], want[128] = "", have[160];
  snprintf(path, sizeof path, FOLDER "/%s", name);
  size_t length, size;
  char *text = read_text(path, &length), *fuel = strstr(text, "\n; fuel: ");
  assert_int_equal(sscanf(text, "; expect: %127[^\n]", want), 1);
  void *image = assemble(name, text, length, &size);
  for (int exact = 0; exact < 2; exact++) {
    alarm(60);
    run(image, size, exact, fuel ? strtoull(fuel + 9, NULL, 10) : 1000000, have, sizeof have);
    alarm(0);
    if (strcmp(want, have)) print_error("%s%s: %s, not %s\n", name, exact ? " (exact)" : "", have, want);
    assert_string_equal(have, want);
  }
  free(image);
  free(text);
}

static void every_attack_ends_as_it_says(void **unused) {
  (void)unused;
  DIR *folder = opendir(FOLDER);
  assert_non_null(folder);
  unsigned files = 0;
  const char *only = getenv("ORUS_HOSTILE");
  for (struct dirent *e; (e = readdir(folder));) {
    size_t n = strlen(e->d_name);
    if (n < 5 || strcmp(e->d_name + n - 5, ".oasm") || (only && strcmp(only, e->d_name))) continue;
    check_file(e->d_name);
    files++;
  }
  closedir(folder);
  assert_true(files >= (only ? 1u : 6u));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_attack_ends_as_it_says)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
