/* fault.h -- a port that wraps another and makes calls fail by a plan.
 *
 *     FaultPort fault;
 *     fault_init(&fault, orus_port_posix());
 *     fault_rule(&fault, 0, (FaultRule){.call = KCALL_io_write, .error = KERR_NO_SPACE, .first = 3});
 *     orus_kernel_open(&fault.port, &kernel);
 *
 * The third write fails, and nothing else.  To go through all of them, raise `first` until fault_failures() is 0 at the end of a run.
 * A rule whose `first` is 0 only counts.
 *
 * Invariant: a call that fails has done nothing, but for those that close: they close.  A FaultPort belongs to the caller and must outlive its kernel.
 * Calls may come from any thread; rules are set while there is none. */
#ifndef ORUS_KERNEL_FAULT_FAULT_H
#define ORUS_KERNEL_FAULT_FAULT_H

#include "kernel/kernel.h"

typedef struct FaultRule {
  unsigned call;            /* KCALL_; FAULT_MEMORY: every request for memory, the kernel's own too */
  KernelError error;        /* KERR_OK: a short count instead */
  unsigned long long first; /* the first that fails, from 1; 0: none */
  unsigned long long every; /* after it: 0 none, 1 all, n every nth */
  uint64_t bytes;           /* of a short count: the first buffer is offered to the inner port as so many bytes at most */
} FaultRule;

enum { FAULT_RULES = 8, FAULT_MEMORY = KCALL_END };

typedef struct FaultPort {
  KernelPort port;
  const KernelPort *inner;
  FaultRule rules[FAULT_RULES];
  atomic_ullong seen[FAULT_RULES], failed[FAULT_RULES];
  atomic_llong blocks, bytes; /* of memory that is in use */
} FaultPort;

/* No rules. */
void fault_init(FaultPort *fault, const KernelPort *inner);
/* Sets rule `index` and its counts to 0.  A rule without a call is no rule. */
void fault_rule(FaultPort *fault, unsigned index, FaultRule rule);
/* What rule `index` has seen and made to fail. */
unsigned long long fault_seen(const FaultPort *fault, unsigned index);
unsigned long long fault_failures(const FaultPort *fault, unsigned index);
/* Memory that was got through this port and not given back. */
long long fault_bytes(const FaultPort *fault);
long long fault_blocks(const FaultPort *fault);

#endif
