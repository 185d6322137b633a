/* report.h -- what `orus` says on stderr about a run: errors with their traces, and statistics.  The machine is suspended or done; its thread. */
#ifndef ORUS_CLI_REPORT_H
#define ORUS_CLI_REPORT_H

#include "vm/vm.h"

/* The error that nobody caught. */
void report_error(const Vm *vm);

/* As lines of text, or as one line with one JSON object. */
void report_stats(const VmStats *stats, int json);

#endif
