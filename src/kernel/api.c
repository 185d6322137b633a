/* api.c -- the functions of include/orus_kernel.h, one line of arguments each, generated from spec/kernel.idl. */
#include "kernel/kernel.h"

/* A count that no buffer has; kernel_call() refuses it. */
static uint64_t bytes_size(int64_t count) { return count < 0 ? UINT64_MAX : (uint64_t)count; }
static uint64_t longs_size(int64_t count) { return count < 0 || count > INT64_MAX / 8 ? UINT64_MAX : (uint64_t)count * 8; }

#define KCALL_API
#include "kernel/kcall_table.inc"
