/* reads.c -- see reads.h: the verifier is run once more, with an observer. */
#include "code/reads.h"

#include "code/verify.h"

static void open_rows(CodeReads *r, uint32_t rows) {
  for (uint32_t n = (uint32_t)r->reads.count; r->first.count < rows && vec_add(&r->first, &n, 1);) continue;
}

static void note_read(void *ctx, uint32_t row, int ref, uint32_t reg, uint32_t type) {
  CodeReads *r = ctx;
  CodeRead read = {type, (uint16_t)reg, (uint16_t)ref};
  open_rows(r, row + 1);
  vec_add(&r->reads, &read, 1);
}

int reads_init(CodeReads *r, const OrbcModule *module, uint64_t grants, GcMemory memory) {
  LoadReport report;
  VerifyObserver observer = {r, note_read};
  size_t size = verify_scratch_size(module);
  vec_init(&r->reads, memory, sizeof(CodeRead));
  vec_init(&r->first, memory, sizeof(uint32_t));
  void *scratch = memory.alloc(memory.ctx, size, 8);
  if (!scratch) return 0;
  int ok = 1; /* what the host vouches for (program_add_vouched) was not looked at as a whole */
  for (uint32_t i = 0; i < module->functions_count && ok; i++) ok = orbc_check_function(module, i, &report);
  if (ok) verify_observed(module, grants, scratch, NULL, &observer, &report);
  memory.free(memory.ctx, scratch, size, 8);
  open_rows(r, module->code_count + 1);
  return !r->reads.failed && !r->first.failed;
}

void reads_free(CodeReads *r) {
  vec_free(&r->reads);
  vec_free(&r->first);
}
