/* object.h -- what an object looks like in memory.
 *
 * Header, 64 bits: bit 0 is 1 (0: the object has moved and the word is its new address); bits 1-15 belong to the collector; bits 16-31 are the variant
 * tag; bits 32-63 the type's index, by which the collector finds the shape.  Behind it stand the references, then the raw fields.
 */
#ifndef ORUS_HEAP_OBJECT_H
#define ORUS_HEAP_OBJECT_H

#include <stddef.h>
#include <stdint.h>

typedef struct Obj {
  uint64_t header;
} Obj;

/* Elements start at byte 16. */
typedef struct ArrayObj {
  uint64_t header;
  uint32_t length, mark; /* mark: free for the library's use */
} ArrayObj;

typedef struct WeakObj {
  uint64_t header;
  Obj *target; /* NULL once it died */
} WeakObj;

typedef struct HandleObj {
  uint64_t header;
  int64_t handle; /* -1 when released */
} HandleObj;

typedef enum GcShapeKind { GC_FIXED, GC_ARRAY_RAW, GC_ARRAY_REF, GC_WEAK, GC_HANDLE } GcShapeKind;

typedef struct GcShape {
  uint8_t kind, elem_shift; /* elem_shift: log2 of the bytes of an element */
  uint16_t refs; /* GC_FIXED: references at the start */
  uint16_t size; /* bytes of a fixed object, multiple of 8; 16 for arrays (their head) */
  uint16_t tag;  /* of its header */
} GcShape;

enum {
  OBJ_LIVE = 1,       /* not forwarded */
  OBJ_BARRIER = 2,    /* old and not yet remembered: a store must take the slow path */
  OBJ_MARK = 4,       /* colour; which value means marked alternates */
  OBJ_OLD = 8,
  OBJ_LARGE = 16,
  OBJ_CARDS = 32,     /* large array of references: always has OBJ_BARRIER, and each store marks a card */
  OBJ_LOST = 64,      /* while marking: marked, but the mark stack had no room for it */
  OBJ_AGE = 256,      /* one unit of the age field */
  OBJ_AGE_MASK = 0xf00,
  OBJ_SEEN = 0x1000,  /* while verifying: found in the remembered set */
  OBJ_GREY = 0x2000   /* while verifying: found in the mark stack */
};

static inline uint32_t obj_type(const Obj *o) { return (uint32_t)(o->header >> 32); }
static inline unsigned obj_tag(const Obj *o) { return (unsigned)(o->header >> 16 & 0xffff); }
static inline uint64_t obj_header(uint32_t type, unsigned tag) { return (uint64_t)type << 32 | (uint64_t)tag << 16 | OBJ_LIVE; }
static inline Obj **obj_refs(Obj *o) { return (Obj **)(void *)(o + 1); }
static inline void *array_data(ArrayObj *a) { return a + 1; }

#endif
