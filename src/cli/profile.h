/* profile.h -- runs a program and says where its instructions went: by function, and by line.
 *
 * The run is stopped after every so many instructions of fuel, and who is being called then is counted. So a profile depends on nothing but the program and its
 * input, and calls that the linker expanded are seen where they were written. Limits hold. The machine's thread.
 */
#ifndef ORUS_CLI_PROFILE_H
#define ORUS_CLI_PROFILE_H

#include "vm/vm.h"

/* As vm_run(), after vm_start(); the profile goes to standard error. */
VmStatus profile_run(Vm *vm, const Program *program, GcMemory memory);

#endif
