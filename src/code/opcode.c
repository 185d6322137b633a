/* opcode.c -- the tables of opcode.h, expanded from spec/. */
#include "code/opcode.h"

enum { T = OPF_THROWS, G = OPF_COLLECTS, Y = OPF_YIELDS, E = OPF_ENDS_BLOCK, S = OPF_SPECIAL, K = OPF_KERNEL };

const OpcodeInfo opcode_info[OP_COUNT] = {
#define OP(name, a, b, c, flags, cost, meaning) {#name, FMT_##a, FMT_##b, FMT_##c, flags, cost},
#include "opcodes.def"
#undef OP
};

unsigned raw_type_classes(uint32_t type) {
  static const char *const letters[] = {
#define RAW_TYPE(name, number, spelling, size, classes, meaning) [number] = classes,
#include "objects.def"
  };
  if (!is_raw_type(type)) return 0;
  unsigned classes = 0;
  for (const char *at = letters[type]; *at; at++) classes |= *at == 's' ? CLASS_S : *at == 'u' ? CLASS_U : *at == 'x' ? CLASS_X : CLASS_F;
  return classes;
}
