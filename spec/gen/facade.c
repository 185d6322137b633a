/* facade.c -- host tool: std/__kernel.orus from spec/kernel.idl, on stdout. */
#include <stdio.h>

static const struct {
  const char *name, *params, *errors, *meaning;
  int id;
} calls[] = {
#define KERNEL_CALL(name, id, domain, params, errors, meaning) {#name, params, errors, meaning, id},
#include "kernel.idl"
};

static void put_param(char kind, int n) {
  switch (kind) {
  case 'i': printf("value%d: i64", n); break;
  case 'h': printf("handle%d: i64", n); break;
  case 's': printf("text%d: string", n); break;
  default: printf("buffer%d: Array[%s], offset%d: i64, count%d: i64", n, kind == 'l' ? "i64" : "u8", n, n);
  }
}

int main(void) {
  puts("//! The kernel calls (spec/kernel.idl), for the prelude only. Generated: run `make docs`.\n");
  for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++) {
    if (calls[i].params[0] == '-') continue;
    printf("/// %s. Errors: %s.\npub extern fn %s(", calls[i].meaning, calls[i].errors[0] ? calls[i].errors : "none", calls[i].name);
    for (int k = 0; calls[i].params[k]; k++) {
      if (k) printf(", ");
      put_param(calls[i].params[k], k + 1);
    }
    puts(") -> i64");
  }
  return 0;
}
