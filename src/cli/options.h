/* options.h -- what the command line of `orus` asks of the machine: to run, verify, disassemble or assemble a compiled program.
 *
 * Options and limits are tables (options.c, spec/limits.def).  The other commands, and help on all of them, are in tools/cli.  Exit codes of all commands
 * are here.  Messages go to stderr and are plain text.  One thread, before anything runs.
 */
#ifndef ORUS_CLI_OPTIONS_H
#define ORUS_CLI_OPTIONS_H

#include "cli/trace.h"
#include "vm/vm.h"

enum { EXIT_USAGE = 64, EXIT_INVALID = 65, EXIT_UNREADABLE = 66, EXIT_UNCAUGHT = 70 };

typedef enum Command { COMMAND_RUN, COMMAND_VERIFY, COMMAND_DIS, COMMAND_ASM, COMMAND_COUNT } Command;

typedef struct Options {
  Command command;
  const char *file, *output;
  char **args; /* of the program */
  int args_count;
  int stats, profile, json;
  TraceKind trace;
  int named; /* the command stood there */
  const uint64_t *built_in; /* the program is this part of the executable (program_add_built_in), not an image; NULL: it is one */
  int vouched; /* program_add_vouched() */
  VmLimits limits;
} Options;

/* Whether options_parse() is who understands these words: an `.orbc` is run, or something is done with one.  Everything else is for the tools in Orus. */
int options_are_ours(int argc, char **argv);

/* -1: go on with what `o` says.  Else the exit code to end with: limits were printed, or it was said what is wrong. */
int options_parse(Options *o, int argc, char **argv);

/* Standard output is complete: 0, or EXIT_UNCAUGHT after saying that it is not. */
int options_finish_output(void);

#endif
