/* lower.h -- the function being compiled, and who lowers what.
 *
 *   lower_expr.c     names, literals, the walk over expressions     lower_call.c   calls, methods, closures, instances
 *   lower_operator.c operators, casts, conditions                   lower_data.c   fields, collections, structs, indexing
 *   lower_stmt.c     statements, variables, try                     lower_loop.c   loops
 *   lower_match.c    patterns                                       intrinsic.c    extern functions of the prelude
 *
 * A value lands in the register `dest` when one is given, else wherever it is cheapest: a variable's own register or a temporary.  Temporaries die where control
 * flow meets; so whatever contains control flow (lower_splits) gives its value in a hidden local, and values needed after it are saved into one first. */
#ifndef STAGE0_LOWER_H
#define STAGE0_LOWER_H

#include "emit.h"

typedef struct Val {
  Type *type;
  int reg; /* REG_NONE: void or never */
} Val;

typedef struct Var {
  Name *name;
  Type *type;
  int reg;
  uint8_t is_mut, boxed, is_parameter;
  uint32_t flow; /* index in Fn.flow */
  uint32_t from; /* first instruction where it lives */
  struct Loop *loop; /* innermost one around the declaration */
  Place at;
} Var;

typedef enum BlockKind { B_PLAIN, B_LOOP, B_FUNCTION, B_WALL } BlockKind; /* B_WALL: names outside are not seen */

typedef struct Block {
  struct Block *outer;
  BlockKind kind;
  Vec vars; /* Var * */
} Block;

typedef struct Loop {
  struct Loop *outer;
  Name *label;
  Label on_break, on_continue;
} Loop;

typedef struct Capture {
  Var *outer; /* in the enclosing function */
  Var *seen;  /* the same as the closure's body sees it; reg is the field */
} Capture;

typedef struct Hidden {
  uint32_t type;
  int reg;
} Hidden;

enum { FLOW_DEFINITE = 1, FLOW_MAYBE = 2 };

typedef struct Fn {
  Compiler *c;
  Module *m;
  Emit e;
  Function *out;
  Env *env;
  Type *result;      /* NULL: to be inferred from the first return */
  struct Fn *outer;  /* of a function expression */
  uint32_t closure;  /* CLOSURE type, 0 when there is none */
  Vec captures;      /* Capture */
  Vec shared;        /* Name *: names that function expressions inside mention */
  Block *block;
  Loop *loop;
  Vec hidden;        /* Hidden */
  Vec flow;          /* uint8_t: FLOW_ bits by variable */
  struct Entries *entries; /* while the pattern of an arm is lowered that a SWITCH jumps into */
  const Node *sure; /* the pattern that takes all that gets there: it needs no test */
  size_t pattern_vars; /* how many variables the block had before the pattern being lowered */
  int is_module_code;
} Fn;

#define PROGRAM(f) ((f)->c->program)

Place node_place(const Fn *f, const Node *n);
void mark_place(Fn *f, const Node *n); /* the instructions that follow come from n */

/* lower_expr.c */
Val lower(Fn *f, Node *n, Type *want, int dest); /* want NULL: any type; else the value is made to fit or it is an error */
Val lower_or_void(Fn *f, Node *n, Type *want, int dest); /* the same, but it may be a call that gives nothing */
Val lower_fit(Fn *f, Node *n, Val v, Type *want, int dest);
Val lower_put(Fn *f, Val v, int dest);
Val lower_hide(Fn *f, Val v); /* the value in a hidden local */
int lower_target(Fn *f, Type *t, int dest);
int lower_hidden(Fn *f, Type *t);
void lower_release(Fn *f, size_t mark); /* hidden locals made since */
int lower_splits(Fn *f, Node *n);
void lower_jump(Fn *f, Node *n, int sense, Label *to); /* jumps when the condition is `sense` */
void lower_move(Fn *f, Type *t, int to, int from);
Val lower_void(Fn *f);
Val lower_int(Fn *f, Type *t, int64_t value, int dest);
Val lower_string(Fn *f, Name *text, int dest);
Val lower_field(Fn *f, Node *at, Val object, uint32_t field, Type *type, int dest);
void lower_check_private(Fn *f, Node *n, const Decl *of); /* whether the member that n names may be used here */
Val lower_load_var(Fn *f, Node *at, Var *v, int dest);
void lower_store_var(Fn *f, Var *v, Val value);
Var *lower_find_var(Fn *f, const Name *name);
Type *lower_type_of_node(Fn *f, const Node *n); /* a type written as an expression, or NULL */

/* options and enums */
Val lower_make_variant(Fn *f, Node *at, Type *t, uint32_t variant, Node **args, uint32_t count, int dest);
Val lower_none(Fn *f, Type *t, int dest);
Val lower_some(Fn *f, Type *t, Val v, int dest);
void lower_jump_variant(Fn *f, Val v, uint32_t variant, int sense, Label *to);
Val lower_payload(Fn *f, Node *at, Val v, uint32_t variant, uint32_t field, int dest);
int lower_find_variant(Fn *f, Type *t, Name *name);

/* lower_call.c */
Val lower_call(Fn *f, Node *n, Type *want, int dest);
Val lower_lambda(Fn *f, Node *n, Type *want, int dest);
Val lower_function_value(Fn *f, Node *at, Decl *d, Env *env, Type *want, int dest);
Val lower_helper(Fn *f, Node *at, const char *name, Type *generic, Val *args, unsigned count, int dest); /* a prelude function by name */
Val lower_method(Fn *f, Node *at, const char *name, Val *args, unsigned count, int dest);               /* args[0] is the receiver */
int lower_has_method(Fn *f, Type *t, const char *name);
Val lower_operation(Fn *f, Node *at, const char *method, Val *args, unsigned count, int dest); /* eq compare hash to_string of any type */
Val lower_show(Fn *f, Node *at, Val v, int quoted, int dest);
Instance *lower_instance(Compiler *c, Module *m, Node *fn, const Env *env, Place at);
void compile_instance(Compiler *c, Instance *i);

/* intrinsic.c: an extern function of the prelude or the kernel facade. */
Val lower_intrinsic(Fn *f, Node *at, Node *fn, Env *env, Val *args, uint32_t count, Type *result, int dest);

/* lower_stmt.c */
void lower_statement(Fn *f, Node *n);
Val lower_block_value(Fn *f, Node *block, Type *want, int dest, int wants_value); /* the value of the last statement */
void lower_body(Fn *f, Node *body);
Var *lower_declare(Fn *f, Name *name, Type *t, int is_mut, Block *in, Node *at);
void block_open(Fn *f, Block *b, BlockKind kind);
void block_close(Fn *f);
Val lower_try_value(Fn *f, Node *n, Type *want, int dest);
void lower_return(Fn *f, Node *at, Node *value);
void lower_return_val(Fn *f, Node *at, Val v);

/* flow of assignments */
typedef struct Flow {
  uint8_t *bits;
  size_t count;
  int dead;
} Flow;
Flow flow_save(Fn *f);
void flow_restore(Fn *f, const Flow *s);
void flow_merge(Fn *f, const Flow *other); /* the state is what holds on both paths */

/* lower_match.c */
Val lower_match(Fn *f, Node *n, Type *want, int dest, int wants_value);
void lower_pattern(Fn *f, Node *p, Val v, Label *fail_to); /* tests and binds; goes to fail_to when it does not match */

static inline int lower_is_raw(Fn *f, Type *t) { return type_is_raw(f->c, t); }
static inline int lower_is_temp(int reg) { return reg != REG_NONE && (reg & REG_TEMP); }

/* lower_expr.c, for the others like it */
int lower_any_splits(Fn *f, Node **list, uint32_t count);
int lower_splits_elsewhere(Fn *f, Module *m, Node *n);
Val lower_float(Fn *f, Type *t, double value, int dest);
int lower_fits_type(uint64_t magnitude, int negative, unsigned type);
Val lower_int_literal(Fn *f, Node *n, uint64_t magnitude, int negative, unsigned suffix, Type *want, int dest);
Val lower_global(Fn *f, Node *at, Decl *d, int dest);
Val lower_elsewhere(Fn *f, Module *m, Env *env, Node *n, Type *want, int dest);
Val lower_constant(Fn *f, Node *at, Decl *d, Type *want, int dest);
int lower_is_untyped(Fn *f, const Node *n);

/* lower_literal.c */
int lower_is_literal(const Node *n); /* number literals without a suffix, and operators between them */
int lower_has_float(const Node *n);
/* A literal, or what the name of a constant stands for that is one and has no written type: it takes the type of what stands beside it.  NULL for all else. */
const Node *lower_open_literal(Fn *f, const Node *n);
/* An operation on integer literals: its type, the one that is wanted or else the first of i32, i64, u64 that holds every step, and its value.
 * divides: by zero, so that the program must do it. */
Type *lower_literals(Fn *f, Node *n, Type *want, uint64_t *value, int *divides);
/* The type of literals that have one type, where nothing asks for another: f64 when there is a float among them, else the first of i32, i64, u64 that holds all. */
Type *lower_literal_type(Fn *f, Node *const *list, uint32_t count);

/* lower_operator.c, for the others like it */
void lower_operands(Fn *f, Node *a, Node *b, Type *want, Val *l, Val *r);
Val lower_binary(Fn *f, Node *n, Type *want, int dest);
Val lower_unary(Fn *f, Node *n, Type *want, int dest);
Val lower_cast(Fn *f, Node *n, int dest);
Val lower_try_cast(Fn *f, Node *n, int dest);
Val lower_condition_value(Fn *f, Node *n, int dest);
Val lower_if_value(Fn *f, Node *n, Type *want, int dest);
Val lower_coalesce(Fn *f, Node *n, Type *want, int dest);
Val lower_question(Fn *f, Node *n, int dest);

/* lower_data.c, for the others like it */
Val lower_field_access(Fn *f, Node *n, Type *want, int dest);
Val lower_optional_field(Fn *f, Node *n, int dest);
Val lower_list(Fn *f, Node *n, Type *want, int dest);
Val lower_tuple(Fn *f, Node *n, Type *want, int dest);
Val lower_struct(Fn *f, Node *n, Type *want, int dest);
Val lower_collection(Fn *f, Node *n, Type *want, int dest);
Val lower_index(Fn *f, Node *n, Type *want, int dest);
Val lower_range(Fn *f, Node *n, Type *want, int dest);
Val lower_bytes(Fn *f, Node *n, int dest);

/* lower_stmt.c, for lower_loop.c */
void lower_statements(Fn *f, Node *block);
void lower_set_assigned(Fn *f, Var *v);
void lower_bind(Fn *f, Node *name, Val v, unsigned flags, Block *in);
void lower_take_apart(Fn *f, Node *targets, Val v, unsigned flags, int declares);

/* lower_loop.c */
Loop *lower_find_loop(Fn *f, Node *n);
void lower_while(Fn *f, Node *n);
void lower_for(Fn *f, Node *n);

#endif
