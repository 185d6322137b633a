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

static size_t block_size(const FuncCode *head) {
  return sizeof *head + ((size_t)head->length + head->constants) * sizeof(uint64_t) + head->sites_count * sizeof(CodeSite) +
         (head->sites_count ? head->length * sizeof(CodeOrigin) : 0) + head->handlers_count * sizeof(OrbcHandler);
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
  atomic_init(&head->full, d->origins.count ? head : NULL);
  return head;
}

/* -- linking -- */

static void publish(const Program *p, Func *f, const FuncCode *head) {
  const uint64_t *unlinked = program_stub;
  if (!atomic_compare_exchange_strong(&f->code, &unlinked, (const uint64_t *)(head + 1))) release(p, head);
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

/* The same, made before; 0: it was not, or there is no memory. */
static int take_code(const Program *p, const Func *func, const FuncCode **head) {
  CodeDraft draft;
  draft_open(&draft, p->memory);
  *head = prelinked_get(func, &draft) ? new_block(p, &draft) : NULL;
  draft_free(&draft);
  return *head != NULL;
}

int program_link(const Program *p, const Func *func) {
  const FuncCode *head;
  if (func_code(func) != program_stub) return 1;
  int made = func->module->prelinked && take_code(p, func, &head) ? 1 : make_code(p, func, &head);
  if (made > 0) publish(p, &p->functions[func->index], head);
  return made;
}

/* The block of a linked function that has origins and sites; NULL: no memory. */
static const FuncCode *full_code(const Program *p, const Func *f) {
  FuncCode *head = (FuncCode *)(uintptr_t)func_head(func_code(f));
  const FuncCode *full = atomic_load_explicit(&head->full, memory_order_acquire), *none = NULL;
  if (full) return full;
  if (make_code(p, f, &full) <= 0) return NULL;
  if (atomic_compare_exchange_strong(&head->full, &none, full)) return full;
  release(p, full);
  return none;
}

void program_unlink(const Program *p, Func *f) {
  const uint64_t *code = func_code(f);
  if (code != program_stub) {
    const FuncCode *head = func_head(code), *full = atomic_load_explicit(&head->full, memory_order_relaxed);
    if (full && full != head) release(p, full);
    release(p, head);
  }
  inline_forget(p, f);
}

/* -- questions -- */

int32_t program_debt(const Program *p, const Func *f, uint32_t pc) {
  const FuncCode *head = full_code(p, f);
  return head ? head->origins[pc].debt : 0;
}

int program_origin(const Program *p, const Func *f, uint32_t pc, uint32_t level, const Func **of, uint32_t *frozen) {
  const FuncCode *head = full_code(p, f);
  if (!head) return 0;
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
