/* tool.h -- the tools that are written in Orus (tools/cli), inside this executable: the compiler and the commands around it.
 *
 * A tool runs like any program.  When it wants another program run, it says so by what its exported functions return
 * after it has ended: program_image() the program, program_words() the command line for it, each word with a zero byte
 * behind it.  The tool's machine is gone before that program starts.  Words without a program: a session is wanted (session.h).
 */
#ifndef ORUS_CLI_TOOL_H
#define ORUS_CLI_TOOL_H

#include "cli/run.h"

/* The embedded program (tools/cli/main.orus), and the image of the prelude (tools/index), from which programs import that were compiled to be run at once:
 * code/prelinked.h, made by boot/prelink.c.  The first word is 0: there is none, as in the executable that compiles them (boot/no_tools.c). */
extern const uint64_t orus_tool_words[], orus_std_words[];

/* What the tool wants run; the caller frees all of it with tool_forget(). */
typedef struct ToolAnswer {
  void *image;     /* NULL: nothing */
  size_t size;
  char *text;      /* what the words are in */
  char **words;
  int count;
  Host *host;
} ToolAnswer;

/* Runs the tools with these words of the command line; the exit code. */
int tool_run(Host *host, char **words, int count, ToolAnswer *answer);
void tool_forget(ToolAnswer *answer);

/* The array that an exported function without parameters returns, when the tool has ended; NULL when it is not there or fails. */
ArrayObj *tool_ask(Vm *vm, const Program *program, const char *name);

#endif
