/* kcall.h -- the rows of spec/kernel.idl as C.  Read-only data; any thread. */
#ifndef ORUS_KERNEL_KCALL_H
#define ORUS_KERNEL_KCALL_H

#include <stdint.h>

typedef enum KernelDomain { KERNEL_MEM, KERNEL_IO, KERNEL_FS, KERNEL_RNG, KERNEL_TIME, KERNEL_ENV, KERNEL_PROC, KERNEL_NET, KERNEL_SYS, KERNEL_TRACE, KERNEL_META } KernelDomain;

/* At most so many integers and handles, and so many texts and buffers, in one call. */
enum { KERNEL_MAX_PLAIN = 4, KERNEL_MAX_BUFFERS = 4 };

enum {
#define KERNEL_CALL(name, id, domain, letters, names, errors, result, meaning) KCALL_##name = id,
#include "kernel.idl"
  KCALL_END
};

typedef struct KernelCallInfo {
  const char *name, *params;
  uint8_t domain;
} KernelCallInfo;

/* By id; row 0 is empty. */
extern const KernelCallInfo kernel_call_info[KCALL_END];
/* By id; bit n: error n is documented for the call. */
extern const uint64_t kernel_call_errors[KCALL_END];

typedef enum KernelError {
#define KERNEL_ERROR(name, number, meaning) KERR_##name = number,
#include "errors.def"
} KernelError;

#endif
