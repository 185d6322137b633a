/* trace.h -- runs a program step by step and writes what it does, line by line: instructions or calls.
 *
 * The program must have been linked with is_exact, so that calls and instructions are those of the file.  A trace that cannot be written any more, or for
 * want of memory, ends; the run goes on without.  Steps use no fuel of their own, but calls that the linker would have expanded cost what calls cost.  A run that is not traced does not come here.  The machine's thread.
 */
#ifndef ORUS_CLI_TRACE_H
#define ORUS_CLI_TRACE_H

#include "vm/vm.h"

typedef enum TraceKind { TRACE_NONE, TRACE_INSTRUCTIONS, TRACE_CALLS } TraceKind;

/* Where lines go.  write: 0 when nothing more can be written. */
typedef struct TraceSink {
  void *ctx;
  int (*write)(void *ctx, const char *bytes, size_t count);
} TraceSink;

/* As vm_run(), after vm_start(). */
VmStatus trace_run(Vm *vm, const Program *program, GcMemory memory, TraceKind kind, TraceSink sink);

#endif
