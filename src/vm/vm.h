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
  VM_NO_MEMORY,    /* there is no call to run */
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
  int stack_stats; /* vm_stats() tells the most of the stacks that was used, which costs some memory; else 0 */
} VmHost;

/* Calls of small functions that the linker expanded are no calls here; link with is_exact to have all of them counted. */
typedef struct VmStats {
  uint64_t instructions;         /* of all runs, in fuel units */
  uint64_t raw_slots, ref_slots; /* where the innermost window of the suspended run starts */
  uint64_t call_depth;           /* its frames */
  /* The most since the machine was made.  Depth: frames.  Slots: up to the highest one that was ever written, or held a reference when it was cleared; raw ones are
   * cleared four at a time, so it may be three more than a program can see.  Only for a host that wants them (VmHost.stack_stats): unused slots hold a pattern then, and vm_stats() looks for
   * where it begins. */
  uint64_t raw_slots_max, ref_slots_max, call_depth_max;
  GcStats heap;
} VmStats;

/* What a debugger shows of a machine (vm_state, vm_registers). */
typedef enum VmState {
  VM_READY,   /* nothing was run, or a run is prepared */
  VM_PAUSED,  /* suspended: by a breakpoint, a step, a limit or an interrupt */
  VM_HALTED,  /* the last run returned */
  VM_FAILED   /* the last run ended with an error */
} VmState;

/* Positions are as written in the file, with expanded calls; slots count from the stacks' bottoms.  return_address: the call that waits for the function. */
typedef struct VmRegisters {
  const Func *function, *return_function; /* NULL: none */
  uint32_t program_counter, return_address;
  uint64_t raw_pointer, ref_pointer;      /* where the innermost window starts */
  uint64_t frame_pointer;                 /* the innermost frame */
  int overflow, error, halted;            /* of the last run: ended with OVERFLOW; with any error; is over */
} VmRegisters;

/* NULL: no memory.  Limits of 0 take their defaults; those below their smallest are raised to it. */
Vm *vm_new(const Program *program, const VmHost *host, const VmLimits *limits);
void vm_free(Vm *vm);

/* To be called after modules were added to the program of a machine, and after one was refused, before the machine is used again.  Nothing may
 * run meanwhile; a suspended run is dropped; globals and all they refer to stay.  0: no memory; it may be tried again, and until then only functions of earlier
 * modules may run. */
int vm_extend(Vm *vm);

/* Prepares a call of `func` with raw and reference arguments in order; an unfinished run is dropped.  vm_run() does it.  VM_DONE, or
 * VM_ERROR with vm_error() when the function could not be linked: out of memory, or the verifier refuses it (program_add_vouched). */
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
const char *vm_kind_class(int kind); /* the class column of errors.def, "PROGRAM" for what is none */

/* Asks the run to stop soon.  Any thread. */
void vm_interrupt(Vm *vm);

void vm_set_limits(Vm *vm, const VmLimits *limits);
void vm_get_limits(const Vm *vm, VmLimits *limits);
/* Takes time linear in the stacks' sizes. */
void vm_stats(const Vm *vm, VmStats *stats);
VmState vm_state(const Vm *vm);
void vm_registers(const Vm *vm, VmRegisters *registers);
GcHeap *vm_heap(Vm *vm);

/* Strings and arrays for arguments.  NULL: no memory.  The result is unprotected: put it into a GcScope before the next allocation. */
Obj *vm_string(Vm *vm, const char *bytes, size_t length);
Obj *vm_array(Vm *vm, uint32_t array_type, uint32_t length);

/* Debugging, of a program whose is_exact was set before its modules were added.  A breakpoint stops the run before instruction `pc` of `func`; 0: no memory, or
 * there can be none.  vm_step: the next vm_run() executes one instruction, and no more is left of the step however it ends. */
int vm_set_breakpoint(Vm *vm, const Func *func, uint32_t pc);
void vm_clear_breakpoint(Vm *vm, const Func *func, uint32_t pc);
void vm_step(Vm *vm);
/* Where the suspended run is, in calls and positions as they were written: frame 0 is the innermost; 0 when there are no more. */
int vm_frame(const Vm *vm, uint32_t frame, const Func **func, uint32_t *pc);
/* The value of raw register `reg` of the innermost frame. */
int64_t vm_raw(const Vm *vm, uint32_t reg);
/* The same of a reference register; NULL is null.  Only of registers that hold something there: others are not references at all. */
const Obj *vm_ref(const Vm *vm, uint32_t reg);

#endif
