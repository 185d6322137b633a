/* no_tools.c -- in the place of what boot/prelink.c makes, in the executable that compiles the tools. */
#include "cli/tool.h"

const uint64_t orus_tool_words[] = {0}, orus_std_words[] = {0};
