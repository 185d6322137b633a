/* layout.h -- builtin objects as C structs; they agree with add_builtins() in code/link.c. */
#ifndef ORUS_VM_LAYOUT_H
#define ORUS_VM_LAYOUT_H

#include "heap/object.h"

typedef struct StringObj {
  uint64_t header;
  ArrayObj *bytes;
  uint32_t start, length, hash, unused;
} StringObj;

typedef struct ErrorObj {
  uint64_t header;
  StringObj *message;
  ArrayObj *trace; /* Array[i64]: function index << 32 | instruction */
  struct ErrorObj *cause;
  Obj *payload;
  int32_t kind, unused;
} ErrorObj;

typedef struct ListObj {
  uint64_t header;
  ArrayObj *data;
  uint32_t length, unused;
} ListObj;

typedef struct BoxObj {
  uint64_t header;
  int64_t bits;
} BoxObj;

_Static_assert(sizeof(StringObj) == 32 && sizeof(ErrorObj) == 48 && sizeof(ListObj) == 24 && sizeof(BoxObj) == 16, "shapes in code/link.c");

#endif
