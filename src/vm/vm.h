/* vm.h -- a machine that runs one program: stacks, heap, limits, errors, debugging.
 *
 * Orus-to-Orus calls never recurse in C.  A machine belongs to one thread at a time; vm_interrupt() may be called from any.  Between calls of vm_run()
 * the machine is suspended: limits may be changed, state inspected, and the run continued.
 */
#ifndef ORUS_VM_VM_H
#define ORUS_VM_VM_H

#include "code/program.h"

typedef struct Vm Vm;

typedef struct VmLimits {
#define RUN_LIMIT(NAME, field, default, smallest, meaning) uint64_t field;
#include "limits.def"
} VmLimits;

typedef enum VmErrorKind {
#define ERROR_KIND(NAME, number, name, catchable, class, message) ERR_KIND_##NAME = number,
#include "errors.def"
} VmErrorKind;

typedef enum VmStatus {
  VM_DONE,         /* the call has returned */
  VM_ERROR,        /* an error was not caught: vm_error() */
  VM_STOPPED,      /* out of fuel, deadline, or interrupted: vm_stop_kind(); vm_run() goes on once the limit is raised */
  VM_BREAK,        /* at a breakpoint or after a step; vm_run() goes on */
  VM_NO_MEMORY,    /* the call could not be set up */
  VM_FAULT         /* debug builds only: a value is not what the verifier promised; vm_fault() says what.  The machine has a bug. */
} VmStatus;

/* What the machine needs of its host.  kernel_call: see vm/kernel_call.c; now_ns and close may not be NULL. */
typedef struct VmHost {
  void *ctx;
  GcMemory memory;
  uint64_t (*now_ns)(void *ctx);
  void (*close)(void *ctx, int64_t handle);
  int64_t (*kernel_call)(void *ctx, unsigned id, const int64_t *raw, void *const *buffers, const uint64_t *sizes);
  int test_mode; /* deterministic: fixed random seed */
} VmHost;

typedef struct VmStats {
  uint64_t instructions, raw_slots, ref_slots, call_depth;
  GcStats heap;
} VmStats;

/* NULL: no memory.  Limits of 0 take their defaults; those below their smallest are raised to it. */
Vm *vm_new(const Program *program, const VmHost *host, const VmLimits *limits);
void vm_free(Vm *vm);

/* Prepares a call of `func` with raw and reference arguments in order; an unfinished run is dropped.  vm_run() does it. */
VmStatus vm_start(Vm *vm, const Func *func, const int64_t *raw, Obj *const *refs);
VmStatus vm_run(Vm *vm);

/* Results of the call that is done. */
int64_t vm_result(const Vm *vm);
Obj *vm_result_ref(const Vm *vm);

/* After VM_ERROR: the Error; valid until the machine runs again. */
Obj *vm_error(const Vm *vm);
int vm_error_kind(const Vm *vm);
/* The bytes of an error's message. */
const char *vm_error_message(const Vm *vm, const Obj *error, uint32_t *length);
/* Trace entries, innermost first: function and instruction of entry `i`; 0 when there are no more. */
int vm_error_frame(const Vm *vm, const Obj *error, uint32_t i, const Func **func, uint32_t *pc);

const char *vm_fault(const Vm *vm);
VmErrorKind vm_stop_kind(const Vm *vm);
const char *vm_kind_name(int kind);

/* Asks the run to stop soon.  Any thread. */
void vm_interrupt(Vm *vm);

void vm_set_limits(Vm *vm, const VmLimits *limits);
void vm_get_limits(const Vm *vm, VmLimits *limits);
void vm_stats(const Vm *vm, VmStats *stats);
GcHeap *vm_heap(Vm *vm);

/* Strings and arrays for arguments.  NULL: no memory.  The result is unprotected: put it into a GcScope before the next allocation. */
Obj *vm_string(Vm *vm, const char *bytes, size_t length);
Obj *vm_array(Vm *vm, uint32_t array_type, uint32_t length);

/* Debugging, of a program whose is_exact was set before its modules were added.  A breakpoint stops the run before instruction `pc` of `func`; 0: no memory, or
 * there can be none.  vm_step: the next vm_run() executes one instruction. */
int vm_set_breakpoint(Vm *vm, const Func *func, uint32_t pc);
void vm_clear_breakpoint(Vm *vm, const Func *func, uint32_t pc);
void vm_step(Vm *vm);
/* Where the suspended run is, in calls and positions as they were written: frame 0 is the innermost; 0 when there are no more. */
int vm_frame(const Vm *vm, uint32_t frame, const Func **func, uint32_t *pc);
/* The value of raw register `reg` of the innermost frame. */
int64_t vm_raw(const Vm *vm, uint32_t reg);

#endif
