/* asm_lex.c -- see asm_lex.h. */
#include "code/asm_lex.h"
#include "code/literal.h"
#include "code/utf8.h"

#include <string.h>

enum { LONGEST_WORD = 24 };

static uint32_t add_word(Intern *symbols, const char *word) {
  char text[LONGEST_WORD];
  size_t n = 0;
  for (; word[n] && n < sizeof text; n++) text[n] = (char)(word[n] >= 'A' && word[n] <= 'Z' ? word[n] + 32 : word[n]);
  return intern_add(symbols, text, n);
}

static int add_words(Intern *symbols, uint32_t *list, const char *const *words, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    list[i] = words[i] ? intern_add(symbols, words[i], strlen(words[i])) : INTERN_NONE;
    if (words[i] && list[i] == INTERN_NONE) return 0;
  }
  return 1;
}

int asm_words(Intern *symbols, AsmWords *words) {
  static const char *const kinds[KIND_WEAK + 1] = {
#define TYPE_KIND(name, number, keyword, meaning) [number] = keyword,
#include "objects.def"
  };
  static const char *const builtins[TYPE_LAST_BUILTIN + 1] = {
#define RAW_TYPE(name, number, spelling, size, classes, meaning) [number] = spelling,
#define REF_TYPE(name, number, spelling, meaning) [number] = spelling,
#include "objects.def"
  };
  static const char *const others[WORD_COUNT] = {
#define W(word) #word,
      ASM_WORDS(W)
#undef W
  };
  for (uint32_t i = 0; i < OP_COUNT; i++)
    if (add_word(symbols, opcode_info[i].name) != i) return 0;
  return add_words(symbols, words->kinds, kinds, KIND_WEAK + 1) && add_words(symbols, words->builtins, builtins, TYPE_LAST_BUILTIN + 1) &&
         add_words(symbols, words->others, others, WORD_COUNT);
}

uint32_t asm_find_word(const uint32_t *list, uint32_t n, uint32_t symbol) {
  for (uint32_t i = 0; i < n; i++)
    if (list[i] == symbol) return i + 1;
  return 0;
}

void lex_open(Lexer *lexer, const char *text, size_t size) { *lexer = (Lexer){text, size, 0, 0, 1}; }

static int is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static int is_digit(char c) { return c >= '0' && c <= '9'; }
static int is_name_char(char c) { return is_letter(c) || is_digit(c); }

int lex_is_name(const char *name, size_t n, int dots) {
  int start = 1;
  for (size_t i = 0; i < n; i++) {
    if (name[i] == '.' && dots && !start) start = 1;
    else if (start ? is_letter(name[i]) : is_name_char(name[i])) start = 0;
    else return 0;
  }
  return !start;
}

static char peek(const Lexer *l, size_t ahead) { return l->size - l->at > ahead ? l->text[l->at + ahead] : 0; }

static Token wrong(Token t, const char *message) {
  t.kind = TOKEN_WRONG;
  t.message = message;
  return t;
}

/* -- strings -- */

int lex_hex_digit(char c) {
  return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* UTF-8 of a scalar value (RFC 3629). */
static int add_scalar(CodeVec *buffer, uint32_t c) {
  char utf8[4];
  size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  for (size_t i = n; i-- > 1; c >>= 6) utf8[i] = (char)(0x80 | (c & 63));
  utf8[0] = (char)(n == 1 ? c : (0xf0u << (4 - n) & 0xff) | c);
  return vec_add(buffer, utf8, n) != NULL;
}

/* The braces of \u{...}, at most 6 digits; 0xffffffff when it is none. */
static uint32_t braced_scalar(Lexer *l) {
  uint32_t c = 0, digits = 0;
  if (peek(l, 0) != '{') return 0xffffffff;
  for (l->at++; lex_hex_digit(peek(l, 0)) >= 0 && digits < 6; l->at++, digits++) c = c << 4 | (uint32_t)lex_hex_digit(peek(l, 0));
  if (!digits || peek(l, 0) != '}' || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return 0xffffffff;
  l->at++;
  return c;
}

/* Behind a backslash.  Returns what is wrong, or NULL; `*ok` is 0 when there is no memory. */
static const char *lex_escape(Lexer *l, CodeVec *buffer, int *ok) {
  static const char from[] = "ntr0\"\\", to[] = "\n\t\r\0\"\\";
  char c = peek(l, 0);
  const char *at = c ? strchr(from, c) : NULL;
  l->at += l->at < l->size;
  if (at) return *ok = add_scalar(buffer, (unsigned char)to[at - from]), NULL;
  if (c == 'x') {
    int high = lex_hex_digit(peek(l, 0)), low = high < 0 ? -1 : lex_hex_digit(peek(l, 1));
    if (low < 0 || high > 7) return "\\x needs two digits, at most 7f";
    l->at += 2;
    return *ok = add_scalar(buffer, (uint32_t)(high << 4 | low)), NULL;
  }
  uint32_t scalar = c == 'u' ? braced_scalar(l) : 0xffffffff;
  if (scalar == 0xffffffff) return "unknown escape: \\n \\t \\r \\0 \\\" \\\\ \\x7f \\u{1f600}";
  return *ok = add_scalar(buffer, scalar), NULL;
}

static Token lex_string(Lexer *l, Token t, Intern *symbols, CodeVec *buffer) {
  buffer->count = 0;
  int ok = 1;
  for (l->at++; ok;) {
    if (l->at >= l->size || peek(l, 0) == '\n') return wrong(t, "the string does not end on its line");
    char c = peek(l, 0);
    if (c == '"') break;
    if (c == '\\') {
      l->at++;
      const char *message = lex_escape(l, buffer, &ok);
      if (message) return wrong(t, message);
      continue;
    }
    size_t n = utf8_length((const unsigned char *)l->text + l->at, l->size - l->at);
    if (!n) return wrong(t, "the string is not UTF-8");
    ok = vec_add(buffer, l->text + l->at, n) != NULL;
    l->at += n;
  }
  if (!ok) return wrong(t, NULL);
  if (buffer->count > FILE_LIMIT_STRING_BYTES) return wrong(t, "the string is too long");
  l->at++;
  t.kind = TOKEN_STRING;
  t.end = l->at;
  t.symbol = intern_add(symbols, buffer->rows ? buffer->rows : "", buffer->count);
  return t.symbol == INTERN_NONE ? wrong(t, NULL) : t;
}

/* -- other tokens -- */

static void skip_blanks(Lexer *l) {
  while (l->at < l->size) {
    char c = l->text[l->at];
    if (c == ';')
      while (l->at < l->size && l->text[l->at] != '\n') l->at++;
    else if (c == ' ' || c == '\t' || c == '\r') l->at++;
    else return;
  }
}

static Token lex_name(Lexer *l, Token t, Intern *symbols) {
  while (is_name_char(peek(l, 0)) || (peek(l, 0) == '.' && is_letter(peek(l, 1)))) l->at++;
  t.kind = TOKEN_NAME;
  t.end = l->at;
  t.symbol = intern_add(symbols, l->text + t.start, t.end - t.start);
  return t.symbol == INTERN_NONE ? wrong(t, NULL) : t;
}

/* #n and $n. */
static Token lex_index(Lexer *l, Token t) {
  uint64_t number;
  int negative;
  for (l->at++; is_name_char(peek(l, 0));) l->at++;
  t.kind = l->text[t.start] == '#' ? TOKEN_INDEX : TOKEN_TEXT;
  t.end = l->at;
  if (!literal_integer(l->text + t.start + 1, t.end - t.start - 1, &number, &negative) || negative || number > UINT32_MAX)
    return wrong(t, "a number is needed behind # and $");
  t.number = (uint32_t)number;
  return t;
}

static Token lex_newline(Lexer *l, Token t) {
  t.kind = TOKEN_NEWLINE;
  t.end = ++l->at;
  l->line++;
  l->line_start = l->at;
  return t;
}

Token lex_next(Lexer *l, Intern *symbols, CodeVec *buffer) {
  skip_blanks(l);
  Token t = {TOKEN_END, l->line, (uint32_t)(l->at - l->line_start + 1), l->at, l->at, 0, 0, 0, ""};
  if (l->at >= l->size) return t;
  char c = l->text[l->at];
  if (c == '\n') return lex_newline(l, t);
  if (c == '"') return lex_string(l, t, symbols, buffer);
  if (is_letter(c)) return lex_name(l, t, symbols);
  if (c == '#' || c == '$') return lex_index(l, t);
  if (is_digit(c) || (c == '-' && is_digit(peek(l, 1)))) {
    for (l->at++; is_name_char(peek(l, 0));) l->at++;
    t.kind = TOKEN_NUMBER;
  } else if (c == '-' && peek(l, 1) == '>') {
    l->at += 2;
    t.kind = TOKEN_ARROW;
  } else {
    l->at++;
    t.kind = TOKEN_MARK;
    t.mark = c;
  }
  t.end = l->at;
  return t;
}

void lex_literal(Lexer *l, Token *t) {
  l->at = t->start;
  if (peek(l, 0) == '\'' && peek(l, 2) == '\'') l->at += 3;
  else
    while (l->at < l->size && !memchr(" \t\r\n,;{}()", l->text[l->at], 10)) l->at++;
  t->end = l->at;
}
