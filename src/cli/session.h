/* session.h -- `orus repl`: a program that grows by a module for each input, in a machine of its own.
 *
 * The tool in Orus (tools/repl) reads and compiles; the host runs.  It calls the tool's exported functions in turn: session_next() says what is to be done.
 * SESSION_RUN: the module session_image() is added and its entry function runs; session_ended(code) tells how: 0, or an exit code as in main.c.  SESSION_LIST: the
 * function that an image exports as session_key() is printed as assembler text, that of session_image() or an earlier one; session_listed() tells.
 * SESSION_FORGET: a new program and machine.  SESSION_END: session_code() is the exit code.  What a module leaves in the machine is there for those that follow.
 */
#ifndef ORUS_CLI_SESSION_H
#define ORUS_CLI_SESSION_H

#include "cli/run.h"

enum { SESSION_END, SESSION_RUN, SESSION_LIST, SESSION_FORGET };

/* Runs a session with the limits, statistics and trace of `o`; the exit code.  `tool` is the machine of the tool, which has ended. */
int session_run(Host *host, Vm *tool, const Program *tools, const Options *o);

#endif
