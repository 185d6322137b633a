/* table.c -- objects by number, of which most are never made: rows come in chunks, and those of a chunk that nobody has stored into are in one that all share. */
#include "vm/internal.h"

#include <string.h>

static Obj *const nothing[VM_CHUNK];

static Obj **shared(void) { return (Obj **)(uintptr_t)nothing; } /* is only read */

static uint32_t chunks_of(uint32_t rows) { return rows / VM_CHUNK + 1; }

int table_grow(Vm *vm, ObjTable *t, uint32_t rows) {
  GcMemory memory = vm->host.memory;
  uint32_t had = t->chunks ? chunks_of(t->rows) : 0, wanted = chunks_of(rows);
  Obj ***chunks = had == wanted ? t->chunks : memory.alloc(memory.ctx, wanted * sizeof *chunks, 16);
  if (!chunks) return 0;
  for (uint32_t i = 0; i < wanted; i++) chunks[i] = i < had ? t->chunks[i] : shared();
  if (had && had != wanted) memory.free(memory.ctx, t->chunks, had * sizeof *chunks, 16);
  *t = (ObjTable){chunks, rows};
  return 1;
}

void table_free(Vm *vm, ObjTable *t) {
  GcMemory memory = vm->host.memory;
  if (!t->chunks) return;
  for (uint32_t i = 0; i < chunks_of(t->rows); i++)
    if (t->chunks[i] != shared()) memory.free(memory.ctx, t->chunks[i], sizeof nothing, 16);
  memory.free(memory.ctx, t->chunks, chunks_of(t->rows) * sizeof *t->chunks, 16);
}

int table_prepare(Vm *vm, ObjTable *t, uint32_t row) {
  Obj ***chunk = &t->chunks[row / VM_CHUNK];
  if (*chunk != shared()) return 1;
  Obj **own = vm->host.memory.alloc(vm->host.memory.ctx, sizeof nothing, 16);
  if (!own) return 0;
  memset(own, 0, sizeof nothing);
  *chunk = own;
  return 1;
}

void table_visit(GcHeap *h, ObjTable *t) {
  for (uint32_t i = 0; i < chunks_of(t->rows); i++)
    if (t->chunks[i] != shared()) gc_visit(h, t->chunks[i], VM_CHUNK);
}
