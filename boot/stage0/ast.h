/* ast.h -- the tree.  One node type; what its fields mean is said beside each kind.  Nodes are immutable once parsed. */
#ifndef STAGE0_AST_H
#define STAGE0_AST_H

#include "stage0.h"

typedef enum NodeKind {
  /* expressions */
  N_INT,        /* integer, suffix */
  N_FLOAT,      /* number, suffix */
  N_CHAR,       /* integer */
  N_STRING,     /* name: contents */
  N_BYTES,      /* name: contents */
  N_NAME,       /* name */
  N_LIST,       /* list: elements */
  N_TUPLE,      /* list */
  N_MAP,        /* list: N_PAIR(a, b) */
  N_SET,        /* list */
  N_BRACES,     /* {} */
  N_PAIR,
  N_UNARY,      /* op: T_MINUS T_TILDE T_NOT; a */
  N_BINARY,     /* op: arithmetic, bits, comparison, T_IN; a, b */
  N_CHAIN,      /* a < b < c: list: operands; ops in integer-coded nodes b->list (N_INT with op) */
  N_AND, N_OR,  /* a, b */
  N_COALESCE,   /* a ?? b */
  N_IF_VALUE,   /* a if b else c */
  N_RANGE,      /* a .. b .. c; flag INCLUSIVE; each may be NULL inside an index */
  N_CAST,       /* a as b */
  N_TRY_CAST,   /* a as? b */
  N_CALL,       /* a(list) */
  N_INDEX,      /* a[list] */
  N_FIELD,      /* a.name */
  N_OPT_FIELD,  /* a?.name */
  N_QUESTION,   /* a? */
  N_STRUCT_VALUE, /* a{ list: N_PAIR with name, a } */
  N_LAMBDA,     /* a: N_FN */
  N_TRY_VALUE,  /* try a */
  N_MATCHES,    /* a matches pattern b */
  N_MATCH,      /* a; list: N_ARM; expression and statement */
  N_ARM,        /* a pattern, b guard or NULL, c N_BLOCK */
  /* types */
  N_TYPE_NAME,  /* name, qualifier a (N_NAME) or NULL, list: arguments */
  N_TYPE_LIST,  /* a; flag FIXED: integer elements */
  N_TYPE_TUPLE, /* list */
  N_TYPE_FN,    /* list: parameters, a: result or NULL */
  N_TYPE_OPTION, /* a */
  /* patterns */
  P_WILD,
  P_BIND,       /* name */
  P_VALUE,      /* a: literal or constant */
  P_RANGE,      /* a, b; flag INCLUSIVE */
  P_VARIANT,    /* a: N_NAME or N_FIELD path; list: subpatterns; flag NAMED: each is P_FIELD */
  P_FIELD,      /* name, a */
  P_TUPLE,      /* list */
  P_OR,         /* list */
  /* statements */
  N_BLOCK,      /* list */
  N_LET,        /* a: target (N_NAME or N_TUPLE), b: type or NULL, c: value; flags MUT CONST PUB */
  N_ASSIGN,     /* a target, op (T_EQ or T_PLUSEQ ...), c value; declares when a is a new name */
  N_EXPR,       /* a */
  N_IF,         /* a, b block, c else block or NULL */
  N_WHILE,      /* a, b; name: label or NULL */
  N_FOR,        /* a: target, b: what, c: block; name: label */
  N_BREAK, N_CONTINUE, /* name: label or NULL */
  N_PASS,
  N_RETURN,     /* a or NULL */
  N_THROW,      /* a */
  N_TRY,        /* a block; list: N_CATCH */
  N_CATCH,      /* name or NULL, a: type or NULL, b: block */
  /* declarations */
  N_MODULE,     /* list */
  N_FN,         /* name, generics, list: N_PARAM, a: result type or NULL, b: N_BLOCK or NULL; flags PUB EXTERN SELF */
  N_PARAM,      /* name, a: type or NULL */
  N_STRUCT,     /* name, generics, list: N_PARAM with b: default */
  N_ENUM,       /* name, generics, list: N_VARIANT */
  N_VARIANT,    /* name, list: N_PARAM (name may be NULL) */
  N_TRAIT,      /* name, generics, list: N_FN */
  N_IMPL,       /* a: type, b: trait or NULL, generics, list: N_FN */
  N_USE,        /* name: dotted path; a: N_NAME alias or NULL; list: N_PARAM (name; a: N_NAME alias); flag ALL */
  N_TEST
} NodeKind;

enum { F_MUT = 1, F_CONST = 2, F_PUB = 4, F_INCLUSIVE = 8, F_NAMED = 16, F_EXTERN = 32, F_SELF = 64, F_ALL = 128 };

typedef struct Node {
  uint8_t kind, op, flags, suffix;
  uint8_t splits; /* cache of lower_splits(): 0 unknown, 1 no, 2 yes */
  uint16_t height; /* of the tree from here down; bounded, so that later passes may recurse */
  uint32_t line, column;
  Name *name;
  struct Node *a, *b, *c;
  struct Node **list;
  uint32_t count;
  uint32_t generics_count;
  Name **generics;
  uint64_t integer;
  double number;
} Node;

enum { MOST_PARAMETERS = 60 }; /* of a function; items of a tuple */

/* parse.c: the tree of a module whose tokens are there. */
Node *parse_module(Compiler *c, Module *m);

#endif
