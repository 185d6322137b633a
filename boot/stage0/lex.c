/* lex.c -- text to tokens.
 *
 * Layout: at the start of a logical line the indentation is compared with a stack of block indentations; T_INDENT, T_DEDENT and T_NEWLINE come out of
 * that.  Inside brackets lines do not count, except that the body of a function expression opens a block there: the bracket is then suspended
 * until the block ends, by a smaller indentation or by the closing bracket itself. */
#include "stage0.h"
#include "code/opcode.h"
#include "code/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const keyword_text[] = {"and", "as", "break", "catch", "continue", "defer", "elif", "else", "enum", "extern", "fn", "for", "if", "impl",
                                           "in", "match", "matches", "mut", "not", "or", "pass", "pub", "return", "struct", "throw", "trait", "try", "use", "while"};
static const char *const punctuation_text[] = {"..=", "<<=", ">>=", "->", ":=", "==", "!=", "<=", ">=", "<<", ">>", "..", "??", "?.", "+=", "-=", "*=",
                                               "/=", "%=", "&=", "|=", "^=", "(", ")", "[", "]", "{", "}", ",", ":", ";", ".", "?", "=", "<", ">", "+", "-",
                                               "*", "/", "%", "&", "|", "^", "~", "@"};
enum { KEYWORDS = sizeof keyword_text / sizeof keyword_text[0], PUNCTUATION = sizeof punctuation_text / sizeof punctuation_text[0] };
_Static_assert(T_AND + KEYWORDS == T_DOTDOTEQ && T_DOTDOTEQ + PUNCTUATION == T_KINDS, "texts follow TokenKind");

/* An open bracket or an open block. */
typedef struct Level {
  char bracket;      /* ( [ { or 0 for a block */
  uint32_t indent;   /* of a block */
  uint8_t fn_seen;   /* in a bracket: a function expression's head is open */
  Place at;
} Level;

typedef struct Lexer {
  Compiler *c;
  Module *m;
  const char *s, *end, *line_start;
  uint32_t line;
  Vec *tokens;
  Vec levels;
  int at_line_start;
} Lexer;

static Place place_at(const Lexer *l, const char *s) { return (Place){l->m, l->line, (uint32_t)(s - l->line_start) + 1}; }

static Token *add(Lexer *l, TokenKind kind, const char *start) {
  Token *t = vec_push(l->c, l->tokens, sizeof *t);
  t->kind = (uint8_t)kind;
  t->line = l->line;
  t->column = (uint32_t)(start - l->line_start) + 1;
  t->tight = start > l->line_start && start[-1] != ' ';
  return t;
}

const char *token_text(TokenKind kind) {
  static const char *const others[] = {"end of file", "end of line", "indented block", "end of block", "name", "number", "number", "character", "string", "bytes", "label"};
  if (kind < T_AND) return others[kind];
  return kind < T_DOTDOTEQ ? keyword_text[kind - T_AND] : punctuation_text[kind - T_DOTDOTEQ];
}

static Level *top_level(Lexer *l) { return &VEC_AT(&l->levels, Level, l->levels.count - 1); }

static void push_level(Lexer *l, char bracket, uint32_t indent) {
  if (l->levels.count >= FILE_LIMIT_SOURCE_NESTING) fail(l->c, place_at(l, l->s), "brackets and blocks are nested deeper than %d", FILE_LIMIT_SOURCE_NESTING);
  VEC_PUSH(l->c, &l->levels, Level, ((Level){bracket, indent, 0, place_at(l, l->s)}));
}

static int is_letter(char ch) { return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_'; }
static int is_digit(char ch) { return ch >= '0' && ch <= '9'; }
static char peek(const Lexer *l, size_t n) { return (size_t)(l->end - l->s) > n ? l->s[n] : 0; }

/* -- comments and lines -- */

static void next_line(Lexer *l) {
  l->line++;
  l->line_start = l->s;
}

static void skip_block_comment(Lexer *l) {
  Place start = place_at(l, l->s);
  for (l->s += 2; l->s < l->end; l->s++) {
    if (l->s[0] == '*' && peek(l, 1) == '/') {
      l->s += 2;
      return;
    }
    if (*l->s == '\n') {
      l->s++;
      next_line(l);
      l->s--;
    }
  }
  fail(l->c, start, "this comment is not closed");
}

/* Spaces and comments, not newlines. */
static void skip_blank(Lexer *l) {
  while (l->s < l->end) {
    if (*l->s == ' ' || *l->s == '\t' || *l->s == '\r') l->s++;
    else if (*l->s == '/' && peek(l, 1) == '/') while (l->s < l->end && *l->s != '\n') l->s++;
    else if (*l->s == '/' && peek(l, 1) == '*') skip_block_comment(l);
    else return;
  }
}

static int last_kind(const Lexer *l) { return l->tokens->count ? VEC_AT(l->tokens, Token, l->tokens->count - 1).kind : T_NEWLINE; }

static void end_statement(Lexer *l) {
  int last = last_kind(l);
  if (last != T_NEWLINE && last != T_INDENT && last != T_DEDENT) add(l, T_NEWLINE, l->s);
}

/* Closes blocks deeper than `indent`, down to the innermost bracket. */
static void close_blocks(Lexer *l, uint32_t indent) {
  while (!top_level(l)->bracket && top_level(l)->indent > indent) {
    end_statement(l);
    add(l, T_DEDENT, l->s);
    l->levels.count--;
  }
}

static void start_line(Lexer *l) {
  const char *start = l->s;
  while (l->s < l->end && (*l->s == ' ' || *l->s == '\t')) l->s++;
  const char *text = l->s;
  skip_blank(l);
  if (l->s >= l->end || *l->s == '\n') return; /* blank */
  for (const char *s = start; s < text; s++)
    if (*s == '\t') fail(l->c, place_at(l, s), "a tab in the indentation: use spaces");
  uint32_t indent = (uint32_t)(text - start); /* a comment before the first token is part of the line */
  l->at_line_start = 0;
  if (top_level(l)->bracket) return;
  if (indent > top_level(l)->indent) {
    if (last_kind(l) != T_COLON && last_kind(l) != T_ARROW) fail(l->c, place_at(l, l->s), "this line is indented, but no block starts here: the line before does not end in ':' or '->'");
    add(l, T_INDENT, l->s);
    push_level(l, 0, indent);
    return;
  }
  close_blocks(l, indent);
  if (top_level(l)->bracket) return;
  if (last_kind(l) == T_DEDENT) add(l, T_NEWLINE, l->s); /* a block may be the end of a value: no operator may follow it */
  end_statement(l);
  if (indent != top_level(l)->indent) fail(l->c, place_at(l, l->s), "this indentation matches no open block");
}

/* Whether the line break after ':' starts the block of a function expression inside brackets. */
static int opens_block_in_bracket(Lexer *l) {
  Level *top = top_level(l);
  if (!top->bracket || !top->fn_seen || last_kind(l) != T_COLON) return 0;
  const char *s = l->s;
  const char *line = s;
  while (s < l->end && (*s == ' ' || *s == '\n' || *s == '\r' || *s == '\t')) {
    if (*s == '\n') line = s + 1;
    s++;
  }
  top->fn_seen = 0;
  uint32_t indent = (uint32_t)(s - line);
  while (l->s < line) {
    if (*l->s++ == '\n') next_line(l);
  }
  add(l, T_INDENT, l->s);
  push_level(l, 0, indent);
  return 1;
}

/* -- numbers -- */

static unsigned read_suffix(Lexer *l) {
  static const struct { const char *text; uint8_t type; } suffixes[] = {
#define RAW_TYPE(NAME, number, spelling, size, classes, meaning) {spelling, number},
#include "objects.def"
  };
  for (size_t i = 0; i < 10; i++) { /* up to f64 */
    size_t n = strlen(suffixes[i].text);
    if ((size_t)(l->end - l->s) >= n && !memcmp(l->s, suffixes[i].text, n) && !is_letter(peek(l, n)) && !is_digit(peek(l, n))) {
      l->s += n;
      return suffixes[i].type;
    }
  }
  return 0;
}

static int digit_value(char ch) {
  if (is_digit(ch)) return ch - '0';
  if (ch >= 'a' && ch <= 'f') return ch - 'a' + 10;
  return ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : 99;
}

static uint64_t read_integer(Lexer *l, const char *start, unsigned base) {
  uint64_t n = 0;
  int any = 0;
  for (; l->s < l->end && (digit_value(*l->s) < (int)base || *l->s == '_'); l->s++) {
    if (*l->s == '_') continue;
    unsigned d = (unsigned)digit_value(*l->s);
    if (n > (UINT64_MAX - d) / base) fail(l->c, place_at(l, start), "this number does not fit 64 bits");
    n = n * base + d;
    any = 1;
  }
  if (!any) fail(l->c, place_at(l, start), "digits are missing");
  return n;
}

static int skip_digits(Lexer *l) {
  int any = 0;
  for (; is_digit(peek(l, 0)) || (any && peek(l, 0) == '_'); l->s++) any = 1;
  return any;
}

static double read_float(Lexer *l, const char *start) {
  char digits[512];
  size_t n = 0;
  for (const char *s = start; s < l->s; s++) {
    if (*s == '_') continue;
    if (n + 1 >= sizeof digits) fail(l->c, place_at(l, start), "this number is too long");
    digits[n++] = *s;
  }
  digits[n] = 0;
  return strtod(digits, NULL);
}

static void lex_number(Lexer *l) {
  const char *start = l->s;
  unsigned base = 10;
  if (*l->s == '0' && peek(l, 1) == 'x') base = 16;
  if (*l->s == '0' && peek(l, 1) == 'o') base = 8;
  if (*l->s == '0' && peek(l, 1) == 'b') base = 2;
  int is_item = last_kind(l) == T_DOT; /* t.1.0: items of tuples, not a float */
  Token *t = add(l, T_INT, start);
  if (base != 10) l->s += 2;
  int is_float = 0;
  if (base == 10) {
    skip_digits(l);
    if (peek(l, 0) == '.' && is_digit(peek(l, 1)) && !is_item) {
      l->s++;
      skip_digits(l);
      is_float = 1;
    }
    if (peek(l, 0) == 'e' || peek(l, 0) == 'E') {
      const char *mark = l->s++;
      if (peek(l, 0) == '+' || peek(l, 0) == '-') l->s++;
      if (skip_digits(l)) is_float = 1;
      else l->s = mark;
    }
    if (!is_float) l->s = start;
  }
  if (is_float) {
    t->kind = T_FLOAT;
    t->number = read_float(l, start);
  } else t->integer = read_integer(l, start, base);
  t->suffix = (uint8_t)read_suffix(l);
  if (t->kind == T_INT && (t->suffix == TYPE_F32 || t->suffix == TYPE_F64)) {
    t->kind = T_FLOAT;
    t->number = (double)t->integer;
  }
  if (t->kind == T_FLOAT && t->suffix && t->suffix != TYPE_F32 && t->suffix != TYPE_F64) fail(l->c, place_at(l, start), "a number with a point cannot have an integer suffix");
  if (is_letter(peek(l, 0))) fail(l->c, place_at(l, l->s), "a name cannot follow a number directly");
}

/* -- characters and strings -- */

static void put_utf8(Compiler *c, Text *t, uint32_t ch) {
  int more = ch < 0x80 ? 0 : ch < 0x800 ? 1 : ch < 0x10000 ? 2 : 3;
  static const uint8_t lead[] = {0, 0xc0, 0xe0, 0xf0};
  put_text(c, t, (int)(lead[more] | ch >> 6 * more));
  while (more--) put_text(c, t, (int)(0x80 | (ch >> 6 * more & 63)));
}

static uint32_t read_unicode_escape(Lexer *l, const char *start) {
  if (peek(l, 0) != '{') fail(l->c, place_at(l, start), "\\u needs {...}");
  l->s++;
  uint64_t ch = read_integer(l, start, 16);
  if (peek(l, 0) != '}' || ch > 0x10ffff || (ch >= 0xd800 && ch <= 0xdfff)) fail(l->c, place_at(l, start), "\\u{...} needs the number of a Unicode scalar value");
  l->s++;
  return (uint32_t)ch;
}

/* After the backslash.  *is_byte: \xNN, which is a byte in b"" and a character below 0x80 elsewhere. */
static uint32_t read_escape(Lexer *l, int *is_byte) {
  const char *start = l->s - 1;
  static const char from[] = "ntr0\\\"'", to[] = "\n\t\r\0\\\"'";
  char ch = peek(l, 0);
  l->s++;
  *is_byte = 0;
  const char *at = ch ? strchr(from, ch) : NULL;
  if (at) return (uint32_t)(unsigned char)to[at - from];
  if (ch == 'u') return read_unicode_escape(l, start);
  if (ch != 'x' || digit_value(peek(l, 0)) > 15 || digit_value(peek(l, 1)) > 15) fail(l->c, place_at(l, start), "unknown escape; \\n \\t \\r \\0 \\\\ \\\" \\' \\xNN \\u{...} are there");
  l->s += 2;
  *is_byte = 1;
  return (uint32_t)(digit_value(l->s[-2]) * 16 + digit_value(l->s[-1]));
}

static uint32_t read_utf8(Lexer *l) {
  unsigned char b = (unsigned char)*l->s++;
  if (b < 0x80) return b;
  int more = b >= 0xf0 ? 3 : b >= 0xe0 ? 2 : 1;
  uint32_t ch = b & (0x3fu >> more);
  while (more-- && l->s < l->end) ch = ch << 6 | ((unsigned char)*l->s++ & 63);
  return ch;
}

/* 'a' is a character, 'name a label. */
static void lex_quote(Lexer *l) {
  const char *start = l->s++;
  if (is_letter(peek(l, 0)) && peek(l, 1) != '\'') {
    const char *name = l->s;
    while (is_letter(peek(l, 0)) || is_digit(peek(l, 0))) l->s++;
    add(l, T_LABEL, start)->name = name_of(l->c, name, (size_t)(l->s - name));
    return;
  }
  Token *t = add(l, T_CHAR, start);
  int is_byte;
  if (l->s >= l->end || *l->s == '\n' || *l->s == '\'') fail(l->c, place_at(l, start), "a character is missing between the quotes");
  if (*l->s == '\\') {
    l->s++;
    t->integer = read_escape(l, &is_byte);
    if (is_byte && t->integer > 0x7f) fail(l->c, place_at(l, start), "\\x beyond 7F is not a character; use \\u{...}");
  } else t->integer = read_utf8(l);
  if (peek(l, 0) != '\'') fail(l->c, place_at(l, start), "a character needs a closing quote");
  l->s++;
}

/* Whether the closing quotes stand at s. */
static int at_quotes(const Lexer *l, const char *s, int triple) {
  return *s == '"' && (!triple || (l->end - s > 2 && s[1] == '"' && s[2] == '"'));
}

/* The indentation that all lines of the multi-line string share whose text begins here; lines of blanks do not count, except the last one. */
static size_t common_indent(const Lexer *l, int is_raw) {
  size_t common = SIZE_MAX, blanks = 0;
  int is_indent = 1;
  for (const char *s = l->s; s < l->end; s++) {
    if (at_quotes(l, s, 1)) return is_indent && blanks && blanks < common ? blanks : common == SIZE_MAX ? 0 : common;
    if (is_indent && *s == ' ') {
      blanks++;
      continue;
    }
    if (is_indent && *s != '\n' && *s != '\r' && blanks < common) common = blanks;
    is_indent = *s == '\n' || (is_indent && *s == '\r');
    blanks = 0;
    if (*s == '\\' && !is_raw && l->end - s > 1) s++;
  }
  return 0;
}

static void skip_indent(Lexer *l, size_t n) {
  for (; n && peek(l, 0) == ' '; n--) l->s++;
}

static void add_escape(Lexer *l, TokenKind kind, Text *text) {
  int is_byte;
  const char *at = l->s++;
  uint32_t ch = read_escape(l, &is_byte);
  if (is_byte && kind == T_BYTES) put_text(l->c, text, (int)ch);
  else if (is_byte && ch > 0x7f) fail(l->c, place_at(l, at), "\\x beyond 7F is not UTF-8; use \\u{...} or b\"...\"");
  else put_utf8(l->c, text, ch);
}

/* A multi-line string loses its first line break, and the indentation that all its lines share. */
static void lex_string(Lexer *l, TokenKind kind, int is_raw) {
  const char *start = l->s;
  int triple = peek(l, 1) == '"' && peek(l, 2) == '"';
  Token head = *add(l, kind, start);
  size_t index = l->tokens->count - 1, indent = 0;
  l->s += triple ? 3 : 1;
  Text text = {0};
  add_text(l->c, &text, "%s", "");
  if (triple) {
    if (peek(l, 0) == '\r' && peek(l, 1) == '\n') l->s++;
    if (peek(l, 0) == '\n') {
      l->s++;
      next_line(l);
    }
    indent = common_indent(l, is_raw);
    skip_indent(l, indent);
  }
  for (;;) {
    if (l->s >= l->end || (*l->s == '\n' && !triple)) fail(l->c, (Place){l->m, head.line, head.column}, "this string is not closed");
    if (at_quotes(l, l->s, triple)) break;
    if (*l->s == '\\' && !is_raw) {
      add_escape(l, kind, &text);
      continue;
    }
    char ch = *l->s++;
    if (ch == '\r' && peek(l, 0) == '\n') continue;
    put_text(l->c, &text, ch);
    if (ch != '\n') continue;
    next_line(l);
    skip_indent(l, indent);
  }
  l->s += triple ? 3 : 1;
  VEC_AT(l->tokens, Token, index).name = name_of(l->c, text.bytes, text.length);
}

/* -- names and punctuation -- */

static void lex_name(Lexer *l) {
  const char *start = l->s;
  if (*l->s == 'r' && peek(l, 1) == '"') { l->s++; lex_string(l, T_STRING, 1); return; }
  if (*l->s == 'b' && peek(l, 1) == '"') { l->s++; lex_string(l, T_BYTES, 0); return; }
  if (*l->s == 'f' && peek(l, 1) == '"') fail(l->c, place_at(l, start), "f-strings are not part of Orus-0");
  while (is_letter(peek(l, 0)) || is_digit(peek(l, 0))) l->s++;
  size_t n = (size_t)(l->s - start);
  for (unsigned i = 0; i < KEYWORDS; i++)
    if (strlen(keyword_text[i]) == n && !memcmp(keyword_text[i], start, n)) {
      add(l, (TokenKind)(T_AND + i), start);
      if (T_AND + i == T_FN && top_level(l)->bracket) top_level(l)->fn_seen = 1;
      return;
    }
  add(l, T_NAME, start)->name = name_of(l->c, start, n);
}

static void close_bracket(Lexer *l, char open, char close) {
  close_blocks(l, 0);
  Level *top = top_level(l);
  if (top->bracket != open) fail(l->c, place_at(l, l->s), "this '%c' closes nothing", close);
  l->levels.count--;
}

/* A block inside brackets ends at the bracket that closes around it, or at a comma of the outer bracket on the block's last line. */
static void lex_punctuation(Lexer *l) {
  for (unsigned i = 0; i < PUNCTUATION; i++) {
    size_t n = strlen(punctuation_text[i]);
    if ((size_t)(l->end - l->s) < n || memcmp(l->s, punctuation_text[i], n) != 0) continue;
    const char *start = l->s;
    char ch = *start;
    if (n == 1 && ch == ')') close_bracket(l, '(', ch);
    if (n == 1 && ch == ']') close_bracket(l, '[', ch);
    if (n == 1 && ch == '}') close_bracket(l, '{', ch);
    if (n == 1 && ch == ',' && top_level(l)->bracket) top_level(l)->fn_seen = 0;
    add(l, (TokenKind)(T_DOTDOTEQ + i), start);
    if (n == 1 && (ch == '(' || ch == '[' || ch == '{')) push_level(l, ch, 0);
    l->s += n;
    return;
  }
  fail(l->c, place_at(l, l->s), "unexpected character");
}

static void lex_token(Lexer *l) {
  char ch = *l->s;
  if (is_letter(ch)) lex_name(l);
  else if (is_digit(ch)) lex_number(l);
  else if (ch == '"') lex_string(l, T_STRING, 0);
  else if (ch == '\'') lex_quote(l);
  else lex_punctuation(l);
}

static void check_utf8(Compiler *c, Module *m) {
  Place at = {m, 1, 1};
  for (size_t i = 0, n; i < m->length; i += n) {
    n = utf8_length((const unsigned char *)m->text + i, m->length - i);
    if (!n) fail(c, at, "the file is not UTF-8 here");
    at.column += (uint32_t)n;
    if (m->text[i] == '\n') at.line++, at.column = 1;
  }
}

void lex(Compiler *c, Module *m, Vec *tokens) {
  Lexer l = {.c = c, .m = m, .s = m->text, .end = m->text + m->length, .line_start = m->text, .line = 1, .tokens = tokens, .at_line_start = 1};
  if (m->length > FILE_LIMIT_SOURCE_BYTES) fail(c, (Place){m, 1, 1}, "the file is too large");
  check_utf8(c, m);
  if (m->length >= 3 && !memcmp(m->text, "\xef\xbb\xbf", 3)) l.s = l.line_start = m->text + 3;
  VEC_PUSH(c, &l.levels, Level, ((Level){0}));
  while (l.s < l.end) {
    if (l.at_line_start) start_line(&l);
    else skip_blank(&l);
    if (l.s >= l.end) break;
    if (*l.s == '\n') {
      if (opens_block_in_bracket(&l)) {
        l.at_line_start = 1;
        continue;
      }
      l.s++;
      next_line(&l);
      l.at_line_start = 1;
    } else lex_token(&l);
  }
  close_blocks(&l, 0);
  if (top_level(&l)->bracket) fail(c, top_level(&l)->at, "'%c' is not closed", top_level(&l)->bracket);
  end_statement(&l);
  add(&l, T_EOF, l.s);
}
