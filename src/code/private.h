/* private.h -- numbers of the private opcodes, which follow the frozen ones (see private_ops.def). */
#ifndef ORUS_CODE_PRIVATE_H
#define ORUS_CODE_PRIVATE_H

#include "code/opcode.h"

typedef enum PrivateOp {
  POP_BEFORE_FIRST = OP_COUNT - 1,
#define PRIVATE(name, meaning) POP_##name,
#include "code/private_ops.def"
  POP_END
} PrivateOp;

#endif
