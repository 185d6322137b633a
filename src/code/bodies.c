/* bodies.c -- the private code of functions: made when they are first called, and what is asked about it.  See program.h.
 *
 * A function's code is published by one store of one pointer, and all that belongs to it stands in the same block, so a thread sees the stub or everything.
 * There is no lock: linking reads what does not change any more, and who comes second throws its own away. */
#include "code/inline.h"
#include "code/prelinked.h"
#include "code/private.h"
#include "code/rewrite.h"

#include <string.h>

static const struct {
  FuncCode head;
  uint64_t code[1];
} stub = {.head = {.length = 1}, .code = {POP_LINK}};

const uint64_t *const program_stub = stub.code;

/* -- drafts -- */

static void draft_open(CodeDraft *d, GcMemory memory) {
  memset(&d->head, 0, sizeof d->head);
  vec_init(&d->code, memory, sizeof(uint64_t));
  vec_init(&d->notes, memory, sizeof(uint32_t));
  vec_init(&d->constants, memory, sizeof(uint64_t));
  vec_init(&d->origins, memory, sizeof(CodeOrigin));
  vec_init(&d->sites, memory, sizeof(CodeSite));
  vec_init(&d->handlers, memory, sizeof(OrbcHandler));
}

static void draft_free(CodeDraft *d) {
  vec_free(&d->code);
  vec_free(&d->notes);
  vec_free(&d->constants);
  vec_free(&d->origins);
  vec_free(&d->sites);
  vec_free(&d->handlers);
}

/* -- blocks -- */

static const CodeSite *sites_of(const FuncCode *head) { return (const CodeSite *)(const void *)(func_handlers(head) + head->handlers_count); }

static const CodeOrigin *origins_of(const FuncCode *head) { return (const CodeOrigin *)(const void *)(sites_of(head) + head->sites_count); }

/* All code has a site but that of prelinked.h. */
static int is_full(const FuncCode *head) { return head->sites_count != 0; }

static size_t block_size(const FuncCode *head) {
  return sizeof *head + ((size_t)head->length + head->constants) * sizeof(uint64_t) + head->handlers_count * sizeof(OrbcHandler) +
         head->sites_count * sizeof(CodeSite) + (is_full(head) ? head->length * sizeof(CodeOrigin) : 0);
}

static void release(const Program *p, const FuncCode *head) {
  p->memory.free(p->memory.ctx, (void *)(uintptr_t)head, block_size(head), 16);
}

/* Copies the rows to `to`; what is behind them. */
static char *put(char *to, const CodeVec *rows) {
  size_t bytes = rows->count * rows->row_size;
  if (bytes) memcpy(to, rows->rows, bytes);
  return to + bytes;
}

/* The draft in a block of its own, rows of falling alignment; NULL: no memory. */
static const FuncCode *new_block(const Program *p, CodeDraft *d) {
  d->head.constants = (uint32_t)d->constants.count;
  d->head.sites_count = (uint32_t)d->sites.count;
  d->head.handlers_count = (uint32_t)d->handlers.count;
  FuncCode *head = p->memory.alloc(p->memory.ctx, block_size(&d->head), 16);
  if (!head) return NULL;
  *head = d->head;
  put(put(put(put(put((char *)(head + 1), &d->code), &d->constants), &d->handlers), &d->sites), &d->origins);
  return head;
}

/* -- linking -- */

static void publish(const Program *p, uint32_t function, const FuncCode *head) {
  const uint64_t *unlinked = program_stub;
  if (!atomic_compare_exchange_strong(&p->codes[function], &unlinked, (const uint64_t *)(head + 1))) release(p, head);
  else program_note_made(p);
}

/* The private code of the function, made now; 1, 0 or -1 as program_link(). */
static int make_code(const Program *p, const Func *func, const FuncCode **head) {
  CodeDraft draft;
  draft_open(&draft, p->memory);
  int made = inline_function(p, func, &draft);
  if (made > 0) made = rewrite_function(p, func->module, &draft);
  *head = made > 0 ? new_block(p, &draft) : NULL;
  draft_free(&draft);
  return made > 0 && !*head ? 0 : made;
}

int program_link(const Program *p, const Func *func) {
  const FuncCode *head;
  if (func_code(p, func) != program_stub) return 1;
  int made = make_code(p, func, &head);
  if (made > 0) publish(p, func->index, head);
  return made;
}

static size_t full_size(const Program *p) { return p->modules[0].view.functions_count * sizeof(FullCode); }

/* The table of what prelinked code lacks, made by the first who asks; NULL: no memory. */
static FullCode *full_table(const Program *p) {
  Program *owner = (Program *)(uintptr_t)p;
  FullCode *known = atomic_load_explicit(&owner->full, memory_order_acquire), *made;
  if (known || !(made = p->memory.alloc(p->memory.ctx, full_size(p), 16))) return known;
  for (uint32_t i = 0; i < p->modules[0].view.functions_count; i++) atomic_init(&made[i], NULL);
  if (atomic_compare_exchange_strong(&owner->full, &known, made)) return made;
  p->memory.free(p->memory.ctx, made, full_size(p), 16);
  return known;
}

/* The block of a linked function that has origins and sites; NULL: no memory. */
static const FuncCode *full_code(const Program *p, const Func *f) {
  const FuncCode *head = func_head(func_code(p, f)), *made;
  if (is_full(head)) return head;
  FullCode *table = full_table(p);
  const FuncCode *known = table ? atomic_load_explicit(&table[f->index], memory_order_acquire) : NULL;
  if (!table || known || make_code(p, f, &made) <= 0) return known;
  if (atomic_compare_exchange_strong(&table[f->index], &known, made)) return made;
  release(p, made);
  return known;
}

static void unlink(const Program *p, Func *f) {
  const uint64_t *code = func_code(p, f);
  if (code != program_stub && !prelinked_has(f->module->prelinked, code)) release(p, func_head(code));
  inline_forget(p, f);
}

void program_unlink(Program *p) {
  for (uint32_t i = 0; i < p->functions_count && p->made; i++) unlink(p, &p->functions[i]);
  FullCode *table = atomic_load(&p->full);
  if (!table) return;
  for (uint32_t i = 0; i < p->modules[0].view.functions_count; i++) {
    const FuncCode *full = atomic_load(&table[i]);
    if (full) release(p, full);
  }
  p->memory.free(p->memory.ctx, table, full_size(p), 16);
}

/* -- questions -- */

int32_t program_debt(const Program *p, const Func *f, uint32_t pc) {
  const FuncCode *head = full_code(p, f);
  return head ? origins_of(head)[pc].debt : 0;
}

int program_origin(const Program *p, const Func *f, uint32_t pc, uint32_t level, const Func **of, uint32_t *frozen) {
  const FuncCode *head = full_code(p, f);
  if (!head) return 0;
  const CodeOrigin *o = &origins_of(head)[pc];
  const CodeSite *sites = sites_of(head), *site = &sites[o->site];
  *frozen = o->pc;
  for (; level; level--) {
    if (site->parent == ORBC_NONE) return 0;
    *frozen = site->call;
    site = &sites[site->parent];
  }
  *of = &p->functions[site->function];
  return 1;
}
