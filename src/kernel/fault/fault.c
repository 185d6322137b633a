/* fault.c -- see fault.h. */
#include "kernel/fault/fault.h"

#include <string.h>

/* The rule that strikes at this call; NULL: none.  Every rule for the call counts it. */
static const FaultRule *strike(FaultPort *f, unsigned call) {
  const FaultRule *hit = NULL;
  for (unsigned i = 0; i < FAULT_RULES; i++) {
    const FaultRule *r = &f->rules[i];
    if (r->call != call) continue;
    unsigned long long n = atomic_fetch_add(&f->seen[i], 1) + 1;
    if (hit || !r->first || n < r->first) continue;
    if (n != r->first && (!r->every || (n - r->first) % r->every)) continue;
    atomic_fetch_add(&f->failed[i], 1);
    hit = r;
  }
  return hit;
}

static int32_t fault_open(const KernelPort *port, Kctx *ctx) {
  const FaultPort *f = port->state;
  return f->inner->open(f->inner, ctx);
}

static void fault_close(const KernelPort *port, Kctx *ctx) {
  const FaultPort *f = port->state;
  f->inner->close(f->inner, ctx);
}

static int64_t fault_release(const KernelPort *port, Kctx *ctx, KernelHandle *handle) {
  const FaultPort *f = port->state;
  return f->inner->release(f->inner, ctx, handle);
}

static int closes(unsigned id, const KernelArgs *args) { return id == KCALL_fs_close || (id == KCALL_net_close && args->raw[1] == ORUS_CLOSE_ALL); }

static int64_t shortened(const KernelPort *inner, Kctx *ctx, unsigned id, const KernelArgs *args, uint64_t most) {
  uint64_t sizes[KERNEL_MAX_BUFFERS];
  unsigned n = 0;
  for (const char *p = kernel_call_info[id].params; *p; p++) {
    if (*p == 'i' || *p == 'h') continue;
    sizes[n] = n == 0 && args->sizes[n] > most ? most : args->sizes[n];
    n++;
  }
  return inner->call(inner, ctx, id, &(KernelArgs){args->raw, args->buffers, sizes});
}

static int64_t fault_call(const KernelPort *port, Kctx *ctx, unsigned id, const KernelArgs *args) {
  FaultPort *f = port->state;
  const FaultRule *r = strike(f, id);
  if (!r) return f->inner->call(f->inner, ctx, id, args);
  if (r->error == KERR_OK) return shortened(f->inner, ctx, id, args, r->bytes);
  if (closes(id, args) && f->inner->call(f->inner, ctx, id, args) < 0) return -1;
  return kernel_fail(ctx, r->error);
}

static int memory_fails(FaultPort *f, unsigned id) {
  const FaultRule *one = strike(f, id), *any = strike(f, FAULT_MEMORY);
  return one || any;
}

static void *fault_memory(const KernelPort *port, Kctx *ctx, void *block, size_t old_size, size_t size, size_t align) {
  FaultPort *f = port->state;
  if (size && memory_fails(f, block ? KCALL_mem_realloc : KCALL_mem_alloc)) return NULL;
  void *result = f->inner->memory(f->inner, ctx, block, old_size, size, align);
  if (size && !result) return NULL;
  atomic_fetch_add(&f->bytes, (long long)size - (block ? (long long)old_size : 0));
  atomic_fetch_add(&f->blocks, (size != 0) - (block != NULL));
  return result;
}

void fault_init(FaultPort *f, const KernelPort *inner) {
  memset(f, 0, sizeof *f);
  f->port = (KernelPort){f, fault_open, fault_close, fault_call, fault_memory, fault_release};
  f->inner = inner;
}

void fault_rule(FaultPort *f, unsigned index, FaultRule rule) {
  f->rules[index] = rule;
  atomic_store(&f->seen[index], 0);
  atomic_store(&f->failed[index], 0);
}

unsigned long long fault_seen(const FaultPort *f, unsigned index) { return atomic_load(&f->seen[index]); }
unsigned long long fault_failures(const FaultPort *f, unsigned index) { return atomic_load(&f->failed[index]); }
long long fault_bytes(const FaultPort *f) { return atomic_load(&f->bytes); }
long long fault_blocks(const FaultPort *f) { return atomic_load(&f->blocks); }
