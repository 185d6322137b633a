/* dis.h -- a checked module as text, for people.  Allocates nothing; the text goes out in pieces through `put`.  Any thread. */
#ifndef ORUS_CODE_DIS_H
#define ORUS_CODE_DIS_H

#include "code/orbc.h"

typedef struct DisOut {
  void *ctx;
  void (*put)(void *ctx, const char *text, size_t length);
} DisOut;

void dis_module(const OrbcModule *module, DisOut *out);

/* One instruction of a function: `pc` is its place in it. */
void dis_instruction(const OrbcModule *module, uint64_t word, uint32_t pc, DisOut *out);

#endif
