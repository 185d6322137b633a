/* parser.h -- shared by parse.c (statements, declarations) and parse_expr.c (expressions, types, patterns). */
#ifndef STAGE0_PARSER_H
#define STAGE0_PARSER_H

#include "ast.h"

typedef struct Parser {
  Compiler *c;
  Module *m;
  const Token *t; /* the next token */
  unsigned depth; /* of recursion */
} Parser;

Place parser_place(const Parser *p);
_Noreturn void parser_expected(Parser *p, const char *what);
int parser_is(const Parser *p, TokenKind kind);
int parser_take(Parser *p, TokenKind kind);          /* consumes it when it is there */
const Token *parser_need(Parser *p, TokenKind kind); /* consumes it or fails */
Node *parser_node(Parser *p, NodeKind kind);         /* at the next token's place */
void parser_enter(Parser *p); /* counts nesting; fails beyond the limit */
void parser_leave(Parser *p);
Node *parser_measure(Parser *p, Node *n); /* notes the height of a finished node; fails beyond the limit.  Returns n */

typedef struct NodeList {
  Vec v;
} NodeList;
void list_add(Parser *p, NodeList *l, Node *n);
void list_into(NodeList *l, Node *n);

Node *parse_expr(Parser *p);
Node *parse_type(Parser *p);
Node *parse_pattern(Parser *p);
Node *parse_match(Parser *p);
Node *parse_body(Parser *p);        /* after ':' (not consumed yet): a block or statements on the line */
Node *parse_inline_statement(Parser *p); /* one statement that ends before NEWLINE ';' ',' or a closing bracket */
Node *parse_fn_rest(Parser *p, Node *fn, int needs_body); /* from '(' on */

#endif
