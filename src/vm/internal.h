/* internal.h -- the machine's state, shared by the files of vm/ only.
 *
 * Between instructions of a running loop the registers pc, raw, ref, frame and budget live in C locals (interp.c); everywhere else they are these fields.
 */
#ifndef ORUS_VM_INTERNAL_H
#define ORUS_VM_INTERNAL_H

#include "code/private.h"
#include "vm/layout.h"
#include "vm/vm.h"

#include <stdatomic.h>

/* One call: who runs, and where the caller goes on.  Window bases are in the caller's call instruction, pc[-1]. */
typedef struct Frame {
  const Func *func;
  const uint64_t *pc;
} Frame;

/* A raw register. */
typedef union Slot {
  uint64_t u;
  int64_t s;
  double f;
} Slot;

enum {
  VM_SLACK = FILE_LIMIT_REGISTERS + 64, /* slots above a stack's soft end, so that a frame needs no check of its own size */
  VM_SLICE = 1 << 16,                   /* fuel units between looks at interrupts, deadline and debugger */
  VM_FIRST_SLOTS = 1024, VM_FIRST_CLEAN = 512, VM_FIRST_FRAMES = 256,
  VM_CHUNK = 256                        /* rows of a chunk of an ObjTable */
};

/* table.c */
typedef struct ObjTable {
  Obj ***chunks;
  uint32_t rows;
} ObjTable;

static inline Obj *table_get(const ObjTable *t, uint32_t row) { return t->chunks[row / VM_CHUNK][row % VM_CHUNK]; }
static inline Obj *table_set(ObjTable *t, uint32_t row, Obj *o) { return t->chunks[row / VM_CHUNK][row % VM_CHUNK] = o; }

#ifdef ORUS_DEBUG
enum { RECHECKS = 1 };
#else
enum { RECHECKS = 0 };
#endif

typedef struct Recheck Recheck;

typedef enum Signal { SIGNAL_NONE, SIGNAL_INTERRUPT } Signal;

struct Vm {
  GcHeap heap; /* first: allocation is the hottest use */
  /* registers of the suspended run */
  const uint64_t *pc;
  Slot *raw;
  Obj **ref;
  Frame *frame;
  uintptr_t budget; /* address of the last instruction that straight-line execution may reach */
  /* what the loop reads */
  Slot *raw_end; /* no frame may start above these ends */
  Obj **ref_end;
  Frame *frame_end;
  const Func *functions;
  FuncCodes codes;
  ObjTable strings, ones; /* string constants made so far; objects of variants without fields and empty arrays of lists, by type */
  Obj **globals_ref;
  Slot *globals_raw;
  const ProgramType *types;
  uint64_t *headers; /* header of a new object, by type */
  uint32_t globals_ref_count, globals_raw_count, headers_count; /* rows of these tables; the program may have more by now (vm_extend) */
  /* stacks */
  Slot *raw_base;
  Obj **ref_base;
  Frame *frame_base;
  size_t raw_room, ref_room, frame_room;
  size_t ref_clean; /* each of so many slots is null or a reference that may be visited */
  size_t ref_most;  /* slots that ever held something, as far as they have been cleared since; only counted for VmHost.stack_stats */
  /* the rest */
  const Program *program;
  VmHost host;
  VmLimits limits;
  uint64_t fuel_used; /* of finished slices */
  uint64_t slice;     /* units of this slice */
  uint64_t deadline;  /* absolute, or 0 */
  uint64_t executed;  /* over all runs */
  ErrorObj *error, *out_of_memory;
  Obj *result_ref;
  int64_t result;
  VmErrorKind stop;
  VmStatus status;
  int started;        /* since the machine was made */
  int suspended;      /* vm_run() continues instead of starting */
  int stepping, debugging;
  const uint64_t **breakpoints;
  size_t breakpoints_count, breakpoints_room;
  const uint64_t *resumed_at; /* where the run stopped last */
  Recheck *recheck;   /* debug builds only */
  const char *fault;  /* after VM_FAULT */
  atomic_int signal;
  uint64_t trap_args[2];
};

/* interp.c */
VmStatus interp_run(Vm *vm);
extern const uint64_t interp_exit_code[2]; /* return address of the outermost call: an empty call word, HALT */

/* stack.c: make the stacks fit the frame about to be entered: 1; 0 when a limit forbids, -1 for want of memory. */
int stack_grow(Vm *vm);
int stack_init(Vm *vm);
void stack_free(Vm *vm);
void stack_visit(Vm *vm, GcHeap *heap); /* the references in use; what is above them, left by calls that have returned, is cleared */
void stack_stats(const Vm *vm, VmStats *stats); /* the most that was used */

/* table.c.  Must be prepared before a row is set: 0: no memory, and the table is as before. */
int table_grow(Vm *vm, ObjTable *table, uint32_t rows); /* to more rows; the new ones hold NULL */
void table_free(Vm *vm, ObjTable *table);
int table_prepare(Vm *vm, ObjTable *table, uint32_t row);
void table_visit(GcHeap *heap, ObjTable *table);

/* errors.c: each unwinds to a handler and returns 1, or returns 0 when there is none (vm->error is set). */
int errors_init(Vm *vm); /* makes the out-of-memory error; 0: no memory */
int vm_throw(Vm *vm, ErrorObj *error);
int vm_trap(Vm *vm, VmErrorKind kind, uint64_t arg0, uint64_t arg1);

/* fuel.c: a slice is used up.  1: go on with a new one; 0: stop with vm->status set. */
int fuel_slice(Vm *vm);
void fuel_start(Vm *vm);
uint64_t fuel_spent(const Vm *vm);
void fuel_charge(Vm *vm, uint64_t units); /* for work that the instruction's own cost does not cover */

/* objects.c: NULL, or 0: out of memory. */
Obj *object_one(Vm *vm, uint32_t type);
Obj *object_string_constant(Vm *vm, uint32_t index);
ListObj *object_list(Vm *vm, uint32_t type, uint32_t capacity);
Obj *object_type_name(Vm *vm, const Obj *o);
int64_t vm_service(Vm *vm, unsigned what, int64_t arg);
Obj *vm_frame_text(Vm *vm, int64_t entry, unsigned what);
int64_t vm_frame_number(Vm *vm, int64_t entry, unsigned what);

/* debug.c: before an instruction in debugging mode.  1: stop. */
int debug_stops(Vm *vm, const uint64_t *pc);
void debug_drop_step(Vm *vm); /* the run ended otherwise */

/* recheck.c, in debug builds: recheck_open: for all modules there are; 0: no memory, and all is as before.  recheck: before the instruction at `pc`; 0: vm->fault says what is wrong. */
int recheck_open(Vm *vm);
void recheck_close(Vm *vm);
int recheck(Vm *vm, const uint64_t *pc);

/* kernel_call.c: 1 done (result in raw[0] of the window), 0 bad range: trap arguments are set, -1 denied. */
int vm_kernel_call(Vm *vm, unsigned id, Slot *raw, Obj **ref);

#endif
