/* opcode.c -- the tables of opcode.h, expanded from spec/. */
#include "code/opcode.h"

#include <string.h>

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

int raw_is_canonical(uint32_t type, uint64_t bits) {
  int64_t s = (int64_t)bits;
  switch (type) {
  case TYPE_I8: return s >= INT8_MIN && s <= INT8_MAX;
  case TYPE_I16: return s >= INT16_MIN && s <= INT16_MAX;
  case TYPE_I32: return s >= INT32_MIN && s <= INT32_MAX;
  case TYPE_U8: return bits <= UINT8_MAX;
  case TYPE_U16: return bits <= UINT16_MAX;
  case TYPE_U32: return bits <= UINT32_MAX;
  case TYPE_BOOL: return bits <= 1;
  case TYPE_CHAR: return bits <= 0x10ffff && (bits < 0xd800 || bits > 0xdfff);
  case TYPE_F32: {
    double d;
    memcpy(&d, &bits, sizeof d);
    if (d != d) return 1;
    if (d > 3.4028234663852886e38 || d < -3.4028234663852886e38) return d - d != 0; /* infinities only */
    return (double)(float)d == d;
  }
  default: return 1;
  }
}
