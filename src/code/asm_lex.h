/* asm_lex.h -- the words of assembler text.
 *
 * Invariant: the token says where it starts, and the lexer stands behind it; the lexer's state is plain data, so copying it back and reading again is how
 * the parser looks ahead.  Names and strings become numbers in `symbols`, which begin with the words that the language knows.  One thread.
 */
#ifndef ORUS_CODE_ASM_LEX_H
#define ORUS_CODE_ASM_LEX_H

#include "code/opcode.h"
#include "code/text.h"

typedef enum TokenKind {
  TOKEN_END, TOKEN_NEWLINE,
  TOKEN_NAME,    /* letters, digits, _, with dots inside; symbol */
  TOKEN_STRING,  /* "..." without its escapes; symbol */
  TOKEN_NUMBER,  /* digits, perhaps with a sign; letters may follow */
  TOKEN_INDEX,   /* #n; number */
  TOKEN_TEXT,    /* $n: string number n; number */
  TOKEN_ARROW,   /* -> */
  TOKEN_MARK,    /* { } ( ) , : = . and anything else: the character */
  TOKEN_WRONG    /* message */
} TokenKind;

typedef struct Token {
  TokenKind kind;
  uint32_t line, column;
  size_t start, end; /* in the text */
  uint32_t symbol, number;
  char mark;
  const char *message;
} Token;

typedef struct Lexer {
  const char *text;
  size_t size, at, line_start;
  uint32_t line;
} Lexer;

/* Words of the language besides opcodes, type kinds and builtin types, which come from their tables. */
#define ASM_WORDS(W)                                                                                                                                  \
  W(module) W(entry) W(grants) W(strings) W(constants) W(type) W(import) W(from) W(global) W(export) W(impl) W(for) W(interface) W(templates) W(of)    \
  W(file) W(local) W(temps) W(name) W(handler) W(to) W(at) W(line) W(word)

enum {
#define W(word) WORD_##word,
  ASM_WORDS(W)
#undef W
      WORD_COUNT
};

/* The symbols of the words.  Opcodes come first: the symbol of an opcode's name in small letters is the opcode. */
typedef struct AsmWords {
  uint32_t kinds[KIND_WEAK + 1], builtins[TYPE_LAST_BUILTIN + 1], others[WORD_COUNT];
} AsmWords;

/* Puts the words into the empty table `symbols`.  0: no memory. */
int asm_words(Intern *symbols, AsmWords *words);

/* The place of `symbol` among the `n` of `list`, from 1 on; 0 when it is not there. */
uint32_t asm_find_word(const uint32_t *list, uint32_t n, uint32_t symbol);

void lex_open(Lexer *lexer, const char *text, size_t size);

/* The next token.  TOKEN_WRONG with message NULL: no memory. */
Token lex_next(Lexer *lexer, Intern *symbols, CodeVec *buffer);

/* The text from the start of `token` to the next blank, comma, brace, parenthesis or comment, for literals; the lexer goes behind it. */
void lex_literal(Lexer *lexer, Token *token);

/* Whether `name` can stand without quotes as a TOKEN_NAME. */
int lex_is_name(const char *name, size_t n, int dots);

/* 0 to 15; -1 for what is no hexadecimal digit. */
int lex_hex_digit(char c);

#endif
