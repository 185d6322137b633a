/* program.h -- modules linked into one program: types numbered program-wide, layouts, private code, functions, dispatch.
 *
 * Invariant: only verified code runs.  A module that is refused leaves the program as it was.  While a machine runs a program, nothing of it changes but that
 * functions get their private code when they are first called (program_link), which other threads see at once and whole.  Module images are borrowed and must
 * outlive the program.  One thread builds; afterwards any number of threads run it, and then its memory must be one that they all may ask.  When none of them runs,
 * more modules may be added; tables move, so pointers to functions, modules and types are to be asked for again, and machines told (vm_extend).
 */
#ifndef ORUS_CODE_PROGRAM_H
#define ORUS_CODE_PROGRAM_H

#include "code/opcode.h"
#include "code/orbc.h"
#include "code/packed.h"
#include "code/pairs.h"
#include "code/vec.h"
#include "heap/gc.h"

#include <stdatomic.h>

typedef struct ProgramModule ProgramModule;
typedef struct Prelinked Prelinked;

typedef struct CodeFacts CodeFacts; /* inline.c */

/* A function. */
typedef struct Func {
  uint16_t raw_params, ref_params; /* reference parameters count the closure itself */
  uint32_t index;                  /* program-wide number */
  const ProgramModule *module;
  const OrbcFunction *row;         /* NULL: it is packed; ask func_row() */
  _Atomic(CodeFacts *) facts;      /* what is known of it when it is small; NULL: nobody asked yet */
} Func;

typedef struct ProgramItem {
  uint32_t name; /* in Program.names; 0 for what is not found by name: the items of FN types */
  uint32_t type;
} ProgramItem;

/* A type; the same for all modules that mean the same. */
typedef struct ProgramType {
  uint32_t name;           /* string of the program; ask program_type_name() */
  uint32_t of, number;     /* as in OrbcType, program-wide; LIST: number is its ARRAY type; TRAIT: number is its first selector; CLOSURE: its function */
  uint32_t first_item;
  uint16_t items, kind;    /* TypeKind; 0 for a builtin type */
} ProgramType;

/* Where a private instruction came from: frozen instruction `pc` of the function of `site`. */
typedef struct CodeOrigin {
  uint32_t pc, site;
  int32_t debt; /* fuel that the frozen code has used up with this instruction, less what the private code has */
} CodeOrigin;

/* A place where a function's body stands: its own, or instead of a call in another one. */
typedef struct CodeSite {
  uint32_t function;     /* program-wide */
  uint32_t parent, call; /* site and frozen position of the call; parent is ORBC_NONE for the function itself */
  uint32_t base[2];      /* where its registers start, by bank */
  uint32_t temps[2];     /* where its temporaries start, by bank */
  uint32_t result[2];    /* the register that its result is left in, by bank */
  uint64_t arguments[2]; /* its registers, from base on, that hold something when it is entered; by bank, one bit for each */
} CodeSite;

enum {
  LEAST_ZEROED = 4, /* references */
  SMALL_FRAME = 64  /* references of a frame that need not be zeroed on entry, but for locals that may be read unwritten */
};

/* What stands in front of a function's private code, in the same block of memory.  Blocks do not move and do not change.  Behind the code stand its constants, its
 * handlers (func_handlers), its sites, and the origin of each instruction.  Code that was linked beforehand (prelinked.h) comes without sites and origins; the first
 * who asks for them makes a block that has them. */
typedef struct FuncCode {
  uint32_t length; /* instructions */
  uint32_t constants, handlers_count, sites_count;
  uint32_t raw_total, ref_total;
  uint16_t raw_params, ref_params;
  uint32_t to_zero; /* slots to zero on entry, behind the parameters: references, and raw ones << 16, each a multiple of 4; 0, or at least LEAST_ZEROED.  Last, since
                     * each call reads it, just in front of the code */
} FuncCode;

struct ProgramModule {
  OrbcModule view;
  uint32_t first_function; /* own functions start here */
  uint32_t first_string, first_global_raw, first_global_ref;
  uint32_t *types;         /* module type (minus 32) -> program type */
  uint32_t *functions;     /* module function, imports included -> program function; NULL: it has no imports.  Ask module_function() */
  uint64_t grants;
  int vouched;             /* program_add_vouched() */
  const Prelinked *prelinked; /* where its two tables and code of its functions are; NULL: it is not */
  void *image;             /* in memory of the program, when it was unpacked there; else NULL */
  size_t image_size;
};

typedef _Atomic(const FuncCode *) FullCode;

/* A table of their own, since each call reads one: those of the functions that are called most stay in the nearest cache. */
typedef _Atomic(const uint64_t *) *FuncCodes;

/* Tables with room for no rows are borrowed from prelinked.h: they are copied before they change. */
typedef struct Program {
  GcMemory memory;
  ProgramModule *modules;
  ProgramType *types;
  ProgramItem *items;  /* for modules that are added later; not there before is_indexed */
  uint16_t *offsets;   /* by item, when it is a field: bytes from the start of the object */
  GcShape *shapes;     /* by type */
  Func *functions;
  FuncCodes codes;     /* by function: its private code (func_code); program_stub until it is linked */
  Pairs names;         /* strings that name types, fields, methods, modules and exports */
  Pairs type_index;    /* (kind, name), (kind, element) or the pairs of a signature -> type */
  Pairs exports;       /* (module name, name) -> function; of those that are equal the first */
  Pairs dispatch;      /* (type, selector) -> function */
  uint32_t modules_count, types_count, items_count, functions_count, selectors_count, strings_count, globals_raw_count, globals_ref_count;
  int is_indexed; /* items, names, type_index and exports are complete; not so while there is one module and the host vouches for it: nobody asks them then */
  int is_exact; /* set before modules are added: private code keeps the frozen instructions one by one, for debuggers */
  uint32_t modules_room, types_room, shapes_room, items_room, offsets_room, functions_room, codes_room;
  _Atomic(FullCode *) full; /* by function of the first module: the block with sites and origins of code that came without; NULL: nobody asked yet */
  _Atomic(uint32_t) made; /* blocks that functions have of code and facts, so that a program which called nothing but what was linked beforehand is gone at once */
} Program;

/* Fails (0) only for want of memory. */
int program_init(Program *program, GcMemory memory);
void program_free(Program *program);

/* Verifies and links the image.  Its imports must be there already.  `grants`: kernel domains that the host grants to it.  Returns 1, or 0 with `report` filled. */
int program_add(Program *program, const void *image, size_t size, uint64_t grants, LoadReport *report);

/* The same for an image that the host vouches for: orbc_read_vouched() reads it, and functions are verified only when they are linked, so `report` knows nothing of
 * those that are wrong. */
int program_add_vouched(Program *program, const void *image, size_t size, uint64_t grants, LoadReport *report);

/* The same for what is built into the executable (prelinked.h), which must outlive the program.  As the first module it is used where it lies, and nothing at all is
 * read or made here; where that cannot be, its image is unpacked. */
int program_add_built_in(Program *program, const uint64_t *words, uint64_t grants, LoadReport *report);

/* The function `name` exported by any module, the last one first; NULL when there is none.  program_entry: the last module's entry function. */
const Func *program_find(const Program *program, const char *name, size_t length);
const Func *program_entry(const Program *program);

/* Whether an object of program type `from` can stand where `to` is wanted.  Program types. */
int program_assignable(const Program *program, uint32_t from, uint32_t to);

/* The function for method `selector` of an object of `type`; NULL when the type does not implement the trait. */
const Func *program_dispatch(const Program *program, uint32_t type, uint32_t selector);

/* The code of every function that is not linked: one instruction, LINK, by which the interpreter comes to program_link(). */
extern const uint64_t *const program_stub;

/* Sees to it that the function has its private code.  Any thread that runs the program; those that come at once make the same, and the first one's is taken.
 * 1; 0: no memory, it may be tried again; -1: the verifier refuses the function, which can only be one that the host vouched for. */
int program_link(const Program *program, const Func *func);

/* Gives back what program_link() made of all functions, and what was made of prelinked ones when they were asked about. */
void program_unlink(Program *program);

static inline void program_note_made(const Program *program) {
  atomic_fetch_add_explicit(&((Program *)(uintptr_t)program)->made, 1, memory_order_relaxed);
}

static inline const uint64_t *code_at(FuncCodes codes, uint32_t function) { return atomic_load_explicit(&codes[function], memory_order_acquire); }

static inline const uint64_t *func_code(const Program *program, const Func *func) { return code_at(program->codes, func->index); }

static inline uint32_t module_function(const ProgramModule *m, uint32_t function) { return m->functions ? m->functions[function] : m->first_function + function; }

/* The type of a function; its module numbers it. */
static inline const OrbcType *func_type(const Func *func) {
  const OrbcModule *m = &func->module->view;
  return orbc_type(m, func->row ? func->row->type : packed_signature(m->packed, func->index - func->module->first_function).type);
}

/* The row of a function, wherever it is; `room` is for one that is packed. */
static inline const OrbcFunction *func_row(const Func *func, OrbcFunction *room) {
  return func->row ? func->row : orbc_function(&func->module->view, func->index - func->module->first_function, room);
}

/* What belongs to private code that func_code() gave. */
static inline const FuncCode *func_head(const uint64_t *code) { return (const FuncCode *)(const void *)code - 1; }

/* In private positions, in order and without overlaps. */
static inline const OrbcHandler *func_handlers(const FuncCode *head) {
  return (const OrbcHandler *)(const void *)((const uint64_t *)(const void *)(head + 1) + head->length + head->constants);
}

/* String constant `index` (program-wide). */
const char *program_string(const Program *program, uint32_t index, uint32_t *length);

/* The name of a type as a module wrote it; none (of length 0) for most that have no declaration. */
const char *program_type_name(const Program *program, uint32_t type, uint32_t *length);

/* The next two ask about linked functions. */

/* The function that private instruction `pc` of `func` came from, and its position there: level 0 the innermost one, 1 the one that it was expanded in, and so
 * on.  0: there is no such level, or no memory to find out. */
int program_origin(const Program *program, const Func *func, uint32_t pc, uint32_t level, const Func **of, uint32_t *frozen);

/* Fuel that is still to be paid when private instruction `pc` of `func` throws: CodeOrigin.debt; 0 without memory. */
int32_t program_debt(const Program *program, const Func *func, uint32_t pc);

/* Source position of frozen instruction `pc` of `func`: line and column, 0 when unknown. */
void program_position(const Func *func, uint32_t pc, uint32_t *line, uint32_t *column);

#endif
