/* host.h -- the host that tests give to a machine which needs no outside world: plain memory, a clock that counts how often it is asked, handles that nobody
 * owns.  The clock's count belongs to the test.  One thread.
 */
#ifndef ORUS_TESTS_HOST_H
#define ORUS_TESTS_HOST_H

#include "memory.h"
#include "vm/vm.h"

static inline uint64_t counting_now(void *ctx) { return ++*(uint64_t *)ctx; }
static inline void no_close(void *ctx, int64_t handle) { (void)ctx, (void)handle; }

static inline VmHost plain_host(uint64_t *clock) { return (VmHost){.ctx = clock, .memory = plain_memory(), .now_ns = counting_now, .close = no_close}; }

#endif
