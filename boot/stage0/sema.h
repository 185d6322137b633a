/* sema.h -- types, declarations, the program being built, and the state of the function being compiled.
 *
 * Generic code is compiled once for each set of type arguments, by walking the same tree with another environment.  Types are interned: equal types are the same
 * pointer.  Checking and emission are one walk: what is emitted has been checked. */
#ifndef STAGE0_SEMA_H
#define STAGE0_SEMA_H

#include "ast.h"
#include "code/opcode.h"
#include "code/orbc.h"

/* -- types -- */

typedef enum TypeTag { TY_RAW, TY_STRING, TY_ANY, TY_ERROR, TY_HANDLE, TY_VOID, TY_NEVER, TY_LIST, TY_ARRAY, TY_WEAK, TY_TUPLE, TY_FN, TY_STRUCT, TY_ENUM } TypeTag;

typedef struct Decl Decl;
typedef struct Type Type;

typedef struct Field {
  Name *name;
  Type *type;
} Field;

/* A variant of an enum instance. */
typedef struct Variant {
  Name *name;
  Field *fields;
  uint32_t count, machine; /* machine: VARIANT type */
  int braces;              /* declared as Name{x: T} */
} Variant;

struct Type {
  Type *chain;
  uint8_t tag, raw;      /* raw: TYPE_I8 ... of objects.def */
  uint8_t completed;     /* fields or variants are resolved */
  uint32_t count;
  uint32_t machine;      /* number in the module; 0: not yet */
  uint32_t box;          /* BOX type of a raw type; for captured variables a STRUCT "box" */
  uint32_t cell;         /* STRUCT of one field of this type, for captured mut variables */
  Decl *decl;            /* TY_STRUCT, TY_ENUM */
  Type **args;           /* element; tuple items; parameters then result; generic arguments */
  Field *fields;         /* TY_STRUCT, TY_TUPLE */
  uint32_t fields_count;
  Variant *variants;     /* TY_ENUM */
  uint32_t variants_count;
  Node *derived[5];      /* made methods, see derive.c */
  Name *name;            /* as written in source */
};

/* Generic names and what they stand for; NULL while that is being inferred. */
typedef struct Env {
  Name **names;
  Type **types;
  uint32_t count;
  Type *self; /* Self */
} Env;

/* -- declarations -- */

typedef enum DeclKind { D_FN, D_STRUCT, D_ENUM, D_TRAIT, D_CONST, D_GLOBAL, D_MODULE } DeclKind;

struct Decl {
  uint8_t kind, is_pub, is_mut, busy;
  Name *name;
  Module *module;  /* D_MODULE: the module it stands for */
  Node *node;
  Type *type;      /* D_CONST with annotation, D_GLOBAL */
  uint32_t global; /* D_GLOBAL: number in its bank */
  uint32_t flow;   /* D_GLOBAL: index + 1 in Fn.flow of the module-level code; 0: not declared yet */
  Vec impls;       /* Impl *: of a struct or enum */
  Place place;
};

typedef struct ScopeEntry {
  Name *name;
  Decl *decl;
  int imported; /* by a use: 1 one name, 2 by * */
} ScopeEntry;

typedef struct Scope {
  Vec entries;      /* ScopeEntry */
} Scope;

typedef struct Impl {
  Module *module;
  Node *node;
  Name **generics;
  uint32_t generics_count;
} Impl;

/* -- functions -- */

typedef struct Instance {
  struct Instance *chain;
  Node *node;
  Module *module;
  Env env;
  Name *name;
  Type *type;      /* TY_FN, the receiver first */
  uint32_t index;
  Place needed;              /* where it was first used, in `needed_by` */
  struct Instance *needed_by; /* NULL: from outside of any function */
} Instance;

typedef struct CodeLine { uint32_t pc, line, column; } CodeLine;

/* The finished code of a function. */
typedef struct Function {
  Name *name, *file;
  uint32_t type, closure;
  Vec raw_types, ref_types; /* uint32_t */
  uint32_t raw_temps, ref_temps;
  Vec code;     /* uint64_t */
  Vec handlers; /* OrbcHandler */
  Vec lines;    /* CodeLine */
  Vec names;    /* OrbcLocal, name interned by string_index */
} Function;

typedef struct MachineType {
  uint32_t kind, of, number;
  Name *name;
  Vec items; /* OrbcItem; name is a string index */
  Type *fill; /* fields are taken from it at the end */
  uint32_t variant;
} MachineType;

enum { INSTANCE_BUCKETS = 4096, TYPE_BUCKETS = 4096 };

typedef struct Program0 {
  Type *types[TYPE_BUCKETS];
  Type *raw[TYPE_LAST_RAW + 1], *string, *any, *error, *handle, *void_, *never;
  Instance *instances[INSTANCE_BUCKETS];
  Vec queue;      /* Instance * not compiled yet */
  size_t queue_at;
  uint32_t instances_count, type_depth, constant_depth; /* depths: of structs in structs, of constants in constants, for the stack's sake */
  Instance *compiling;
  Place at;       /* of the code being compiled, for errors about types */
  Vec functions;  /* Function *: by index */
  Vec machine;    /* MachineType: row i is type 32 + i */
  Vec strings;    /* Name * */
  Vec constants;  /* OrbcConstant */
  Vec globals_raw, globals_ref; /* uint32_t */
  Vec builtin_impls; /* Impl *: of builtin types */
  Vec modules;       /* Module * as they were found */
  Vec order;         /* Module * in the order of initialisation */
  Name *root;        /* folder of the entry module */
  Module *prelude, *core; /* core: pseudo-module of derived code */
  Decl *option, *result, *range, *map, *set, *error_kind;
  Vec closures;      /* wrappers: pairs (function index, closure type) */
} Program0;

/* type.c */
void types_init(Compiler *c);
Type *type_list(Compiler *c, Type *element);
Type *type_make(Compiler *c, TypeTag tag, Decl *decl, Type *const *args, uint32_t count);
Type *type_option(Compiler *c, Type *of);
Type *type_resolve(Compiler *c, Module *m, const Node *n, const Env *env); /* NULL: holds a generic that is not known yet */
int type_unify(Compiler *c, Module *m, const Node *n, Env *env, Type *t);  /* binds generics; 0: does not fit */
void type_complete(Compiler *c, Type *t); /* fields and variants */
const char *type_text(Compiler *c, Type *t);
int type_is_raw(Compiler *c, Type *t);    /* lives in the raw bank */
int type_is_option(Compiler *c, const Type *t);
int type_is_nullable(Compiler *c, Type *t); /* option represented by null */
int type_is_plain_enum(Compiler *c, Type *t);
uint32_t type_machine(Compiler *c, Type *t); /* number of its machine type */
uint32_t type_cell(Compiler *c, Type *t);
uint32_t type_box(Compiler *c, Type *t);
uint32_t raw_number(Compiler *c, Type *t); /* raw machine type of a raw-bank type */
int env_find(const Env *env, const Name *name);
uint32_t string_index(Compiler *c, Name *text);
uint32_t machine_row(Compiler *c, uint32_t kind, Name *name);

/* module.c */
Module *module_load(Compiler *c, Name *name, Name *path, Place from);
Decl *scope_find(Compiler *c, Module *m, const Name *name);
Decl *scope_find_in(Module *m, const Name *name);
Decl *module_export(Compiler *c, Module *from, Module *m, const Name *name, Place at); /* fails when absent or private */
void scope_add(Compiler *c, Module *m, Name *name, Decl *d);
Decl *declare(Compiler *c, Module *m, Name *name, DeclKind kind, Node *node, Place at);

/* check.c: what must be right in code that is never reached too. */
void check_modules(Compiler *c, int std_too);

/* output.c */
void output_module(Compiler *c, Name *name, uint32_t entry, const Vec *exports, void **image, size_t *size);

/* derive.c: the derived method `name` for `t` as a function tree, or NULL when there is none. */
Node *derive_method(Compiler *c, Type *t, const Name *name);

#endif
