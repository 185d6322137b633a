/* bodies.c -- the private code of functions: made when they are first called, and what is asked about it.  See program.h.
 *
 * A function's code is published by one store of one pointer, and all that belongs to it stands in the same block, so a thread sees the stub or everything.
 * There is no lock: linking reads what does not change any more, and who comes second throws its own away. */
#include "code/inline.h"
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

static size_t block_size(const FuncCode *head) {
  return sizeof *head + ((size_t)head->length + head->constants) * sizeof(uint64_t) + head->sites_count * sizeof(CodeSite) +
         head->length * sizeof(CodeOrigin) + head->handlers_count * sizeof(OrbcHandler);
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
  char *at = put(put((char *)(head + 1), &d->code), &d->constants);
  *head = d->head;
  head->sites = (const CodeSite *)(const void *)at;
  head->origins = (const CodeOrigin *)(const void *)(at = put(at, &d->sites));
  head->handlers = (const OrbcHandler *)(const void *)(at = put(at, &d->origins));
  put(at, &d->handlers);
  return head;
}

/* -- linking -- */

static void publish(const Program *p, Func *f, const FuncCode *head) {
  const uint64_t *unlinked = program_stub;
  if (!atomic_compare_exchange_strong(&f->code, &unlinked, (const uint64_t *)(head + 1))) release(p, head);
}

int program_link(const Program *p, const Func *func) {
  if (func_code(func) != program_stub) return 1;
  CodeDraft draft;
  draft_open(&draft, p->memory);
  int made = inline_function(p, func, &draft);
  if (made > 0) made = rewrite_function(p, func->module, &draft);
  const FuncCode *head = made > 0 ? new_block(p, &draft) : NULL;
  draft_free(&draft);
  if (!head) return made < 0 ? made : 0;
  publish(p, &p->functions[func->index], head);
  return 1;
}

void program_unlink(const Program *p, Func *f) {
  const uint64_t *code = func_code(f);
  if (code != program_stub) release(p, func_head(code));
  inline_forget(p, f);
}

/* -- questions -- */

int32_t program_debt(const Func *f, uint32_t pc) { return func_head(func_code(f))->origins[pc].debt; }

int program_origin(const Program *p, const Func *f, uint32_t pc, uint32_t level, const Func **of, uint32_t *frozen) {
  const FuncCode *head = func_head(func_code(f));
  const CodeOrigin *o = &head->origins[pc];
  const CodeSite *site = &head->sites[o->site];
  *frozen = o->pc;
  for (; level; level--) {
    if (site->parent == ORBC_NONE) return 0;
    *frozen = site->call;
    site = &head->sites[site->parent];
  }
  *of = &p->functions[site->function];
  return 1;
}
