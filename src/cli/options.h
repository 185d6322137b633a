/* options.h -- what the command line of `orus` asks for.
 *
 * Commands, options and limits are tables (options.c, spec/limits.def); help, parsing and suggestions read the same rows.  Exit codes of all commands are
 * here.  Messages go to stderr and are plain text: nothing is coloured, so NO_COLOR has nothing to switch off.  One thread, before anything runs.
 */
#ifndef ORUS_CLI_OPTIONS_H
#define ORUS_CLI_OPTIONS_H

#include "cli/trace.h"
#include "vm/vm.h"

#ifndef ORUS_VERSION
#define ORUS_VERSION "0.1.0"
#endif

enum { EXIT_USAGE = 64, EXIT_INVALID = 65, EXIT_UNREADABLE = 66, EXIT_UNCAUGHT = 70 };

typedef enum Command { COMMAND_RUN, COMMAND_VERIFY, COMMAND_DIS, COMMAND_ASM, COMMAND_HELP, COMMAND_COUNT } Command;

typedef struct Options {
  Command command;
  const char *file, *output;
  char **args; /* of the program */
  int args_count;
  int stats, json;
  TraceKind trace;
  int named; /* the command stood there */
  VmLimits limits;
} Options;

/* -1: go on with what `o` says.  Else the exit code to end with: help, version or limits were printed, or it was said what is wrong. */
int options_parse(Options *o, int argc, char **argv);

/* Says that the file cannot be read, or that the word is no command when it cannot have been meant as a file.  The exit code. */
int options_unreadable(const Options *o);

/* Standard output is complete: 0, or EXIT_UNCAUGHT after saying that it is not. */
int options_finish_output(void);

#endif
