/* stage0.h -- what all parts of the bootstrap compiler share: memory, names, errors, tokens.
 *
 * stage0 compiles Orus-0 (the subset that the Orus compiler is written in) to one `.orbc`, stops at the first error, and keeps all memory until it exits.
 * No globals: everything hangs on a Compiler.  The passes, one file each:
 *
 *   lex.c    text to tokens, with layout       parse_*.c  tokens to tree           module.c  files, imports, top-level names
 *   type.c   types and their instances         check.c    names and declarations   lower_*.c tree to code, checking on the way
 *   emit.c   code of one function              derive.c   derived methods as text  output.c  everything to an OrbcModule
 */
#ifndef STAGE0_H
#define STAGE0_H

#include "heap/arena.h"

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Compiler Compiler;
typedef struct Module Module;

/* Interned: equal names are the same pointer. */
typedef struct Name {
  struct Name *next;
  uint32_t hash, length;
  uint32_t variant; /* where lower_find_variant() found it last */
  char text[];
} Name;

typedef struct Place {
  Module *module;
  uint32_t line, column;
} Place;

/* A growable array of pointers or small rows. */
typedef struct Vec {
  void *rows;
  size_t count, room;
} Vec;

typedef struct Text {
  char *bytes;
  size_t length, room;
} Text;

/* util.c */
void *arena_alloc(Compiler *c, size_t bytes); /* zeroed; never NULL: out of memory ends the compilation with an error */
void *vec_push(Compiler *c, Vec *v, size_t row);  /* address of the new row, zeroed */
#define VEC_AT(v, type, i) (((type *)(v)->rows)[i])
#define VEC_PUSH(c, v, type, value) (*(type *)vec_push((c), (v), sizeof(type)) = (value))
Name *name_of(Compiler *c, const char *text, size_t length);
Name *name_lit(Compiler *c, const char *text);
Name *name_format(Compiler *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void put_text(Compiler *c, Text *t, int ch);
void add_text(Compiler *c, Text *t, const char *format, ...) __attribute__((format(printf, 3, 4)));
_Noreturn void fail(Compiler *c, Place at, const char *format, ...) __attribute__((format(printf, 3, 4)));
void arena_init(Compiler *c);
void arena_free(Compiler *c);

/* -- tokens -- */

typedef enum TokenKind {
  T_EOF, T_NEWLINE, T_INDENT, T_DEDENT, T_NAME, T_INT, T_FLOAT, T_CHAR, T_STRING, T_BYTES, T_LABEL,
  /* keywords, in the order of keyword_text */
  T_AND, T_AS, T_BREAK, T_CATCH, T_CONTINUE, T_DEFER, T_ELIF, T_ELSE, T_ENUM, T_EXTERN, T_FN, T_FOR, T_IF, T_IMPL, T_IN, T_MATCH, T_MATCHES,
  T_MUT, T_NOT, T_OR, T_PASS, T_PUB, T_RETURN, T_STRUCT, T_THROW, T_TRAIT, T_TRY, T_USE, T_WHILE,
  /* punctuation, in the order of punctuation_text */
  T_DOTDOTEQ, T_SHLEQ, T_SHREQ, T_ARROW, T_COLONEQ, T_EQEQ, T_NE, T_LE, T_GE, T_SHL, T_SHR, T_DOTDOT, T_COALESCE, T_OPTDOT, T_PLUSEQ, T_MINUSEQ, T_STAREQ,
  T_SLASHEQ, T_PERCENTEQ, T_AMPEQ, T_BAREQ, T_CARETEQ, T_LPAREN, T_RPAREN, T_LBRACKET, T_RBRACKET, T_LBRACE, T_RBRACE, T_COMMA, T_COLON, T_SEMICOLON, T_DOT,
  T_QUESTION, T_EQ, T_LT, T_GT, T_PLUS, T_MINUS, T_STAR, T_SLASH, T_PERCENT, T_AMP, T_BAR, T_CARET, T_TILDE, T_AT,
  T_KINDS
} TokenKind;

typedef struct Token {
  uint8_t kind;
  uint8_t suffix;   /* T_INT, T_FLOAT: raw type number of the suffix, 0 none */
  uint8_t tight;    /* no space in front */
  uint32_t line, column;
  Name *name;       /* T_NAME, T_LABEL; T_STRING and T_BYTES: the contents */
  uint64_t integer; /* T_INT, T_CHAR */
  double number;    /* T_FLOAT */
} Token;

/* lex.c: the tokens of a module's text, ending in T_EOF. */
void lex(Compiler *c, Module *m, Vec *tokens);
const char *token_text(TokenKind kind);

/* -- the compiler -- */

struct Module {
  Name *name, *path; /* dotted name; file as shown in messages */
  const char *text;
  size_t length;
  Vec tokens;
  struct Node *tree;
  struct Scope *scope;   /* top-level names */
  int in_std, state;     /* state: 0 new, 1 being loaded, 2 loaded */
  Module *importer;      /* whose use loaded it first; NULL: the entry, the prelude */
};

typedef struct Options {
  const char *std_dir;
  const char *const *search;
  size_t search_count;
} Options;

struct Compiler {
  jmp_buf on_error;
  char message[2048]; /* after an error: path:line:col: message */
  HeapArena arena;
  Name **names;
  size_t names_count, names_room;
  Options options;
  Vec modules; /* Module * in order of initialisation */
  struct Program0 *program;
};

/* compile.c: the whole job.  Returns 1 with the image (malloc'ed), or 0 with c->message.  stage0_load_prelude is its first part, which is the same for all programs, for
 * those who keep what it made; 1, or 0 with c->message. */
int stage0_load_prelude(Compiler *c);
int stage0_compile(Compiler *c, const char *path, void **image, size_t *size);
void stage0_init(Compiler *c, const Options *options);
void stage0_free(Compiler *c);

#endif
