/* parse_expr.c -- expressions by precedence climbing (Richards and Whitby-Strevens, "BCPL", 1979), types, patterns. */
#include "parser.h"
#include "code/opcode.h"

Place parser_place(const Parser *p) { return (Place){p->m, p->t->line, p->t->column}; }

_Noreturn void parser_expected(Parser *p, const char *what) {
  const char *got = p->t->kind == T_NAME ? p->t->name->text : token_text((TokenKind)p->t->kind);
  fail(p->c, parser_place(p), "%s expected, but there is '%s'", what, got);
}

int parser_is(const Parser *p, TokenKind kind) { return p->t->kind == kind; }

int parser_take(Parser *p, TokenKind kind) {
  if (p->t->kind != kind) return 0;
  p->t++;
  return 1;
}

const Token *parser_need(Parser *p, TokenKind kind) {
  static const struct { uint8_t wanted, got; const char *what; } missing[] = {
      {T_RBRACKET, T_FOR, "comprehensions are not part of Orus-0"}, {T_RBRACE, T_FOR, "comprehensions are not part of Orus-0"},
      {T_RPAREN, T_COLON, "named arguments are not part of Orus-0"},
  };
  for (unsigned i = 0; p->t->kind != kind && i < sizeof missing / sizeof *missing; i++)
    if (missing[i].wanted == kind && missing[i].got == p->t->kind) fail(p->c, parser_place(p), "%s", missing[i].what);
  if (p->t->kind != kind) parser_expected(p, kind < T_AND ? token_text(kind) : name_format(p->c, "'%s'", token_text(kind))->text);
  return p->t++;
}

Node *parser_node(Parser *p, NodeKind kind) {
  Node *n = arena_alloc(p->c, sizeof *n);
  n->kind = (uint8_t)kind;
  n->line = p->t->line;
  n->column = p->t->column;
  return n;
}

void parser_enter(Parser *p) {
  if (++p->depth > FILE_LIMIT_SOURCE_NESTING) fail(p->c, parser_place(p), "this is nested deeper than %d", FILE_LIMIT_SOURCE_NESTING);
}

void parser_leave(Parser *p) { p->depth--; }

/* Operators and postfixes grow a tree to the left without recursion here, but later passes recurse over it.  One level of blocks is three nodes. */
enum { MOST_HEIGHT = 3 * FILE_LIMIT_SOURCE_NESTING };

static unsigned taller(unsigned height, const Node *child) { return child && child->height > height ? child->height : height; }

Node *parser_measure(Parser *p, Node *n) {
  unsigned height = taller(taller(taller(0, n->a), n->b), n->c);
  for (uint32_t i = 0; i < n->count; i++) height = taller(height, n->list[i]);
  if (++height > MOST_HEIGHT) fail(p->c, (Place){p->m, n->line, n->column}, "this is nested deeper than %d", FILE_LIMIT_SOURCE_NESTING);
  n->height = (uint16_t)height;
  return n;
}

void list_add(Parser *p, NodeList *l, Node *n) { VEC_PUSH(p->c, &l->v, Node *, n); }

void list_into(NodeList *l, Node *n) {
  n->list = l->v.rows;
  n->count = (uint32_t)l->v.count;
}

/* -- types -- */

static Node *parse_type_list(Parser *p) {
  Node *n = parser_node(p, N_TYPE_LIST);
  parser_need(p, T_LBRACKET);
  n->a = parse_type(p);
  if (parser_take(p, T_COMMA)) {
    n->flags |= F_ALL;
    n->integer = parser_need(p, T_INT)->integer;
  }
  parser_need(p, T_RBRACKET);
  return n;
}

static void parse_types_until(Parser *p, Node *n, TokenKind close) {
  NodeList l = {{0}};
  while (!parser_is(p, close)) {
    list_add(p, &l, parse_type(p));
    if (!parser_take(p, T_COMMA)) break;
  }
  parser_need(p, close);
  list_into(&l, n);
}

static Node *parse_type_name(Parser *p) {
  Node *n = parser_node(p, N_TYPE_NAME);
  n->name = parser_need(p, T_NAME)->name;
  if (parser_take(p, T_DOT)) {
    Node *q = arena_alloc(p->c, sizeof *q);
    *q = *n;
    q->kind = N_NAME;
    n->a = q;
    n->name = parser_need(p, T_NAME)->name;
  }
  if (parser_take(p, T_LBRACKET)) parse_types_until(p, n, T_RBRACKET);
  return n;
}

static Node *parse_type_atom(Parser *p) {
  Node *n;
  switch (p->t->kind) {
  case T_LBRACKET: return parse_type_list(p);
  case T_NAME: return parse_type_name(p);
  case T_LPAREN:
    n = parser_node(p, N_TYPE_TUPLE);
    p->t++;
    parse_types_until(p, n, T_RPAREN);
    return n->count == 1 ? n->list[0] : n;
  case T_FN:
    n = parser_node(p, N_TYPE_FN);
    p->t++;
    parser_need(p, T_LPAREN);
    parse_types_until(p, n, T_RPAREN);
    if (n->count > MOST_PARAMETERS) fail(p->c, (Place){p->m, n->line, n->column}, "a function has at most %d parameters", MOST_PARAMETERS);
    if (parser_take(p, T_ARROW)) n->a = parse_type(p);
    return n;
  default: parser_expected(p, "a type");
  }
}

Node *parse_type(Parser *p) {
  parser_enter(p);
  Node *n = parse_type_atom(p);
  while (parser_is(p, T_QUESTION) || parser_is(p, T_COALESCE)) {
    int twice = p->t->kind == T_COALESCE; /* T?? */
    p->t++;
    for (int i = 0; i <= twice; i++) {
      Node *o = parser_node(p, N_TYPE_OPTION);
      o->a = n;
      n = parser_measure(p, o);
    }
  }
  parser_leave(p);
  return parser_measure(p, n);
}

/* -- patterns -- */

static int starts_upper(const Name *n) { return n->text[0] >= 'A' && n->text[0] <= 'Z'; }

/* UPPER_CASE, and no lower-case letter in it: a constant. */
static int is_constant_name(const Name *n) {
  if (!starts_upper(n) || n->length < 2) return 0;
  for (const char *s = n->text; *s; s++)
    if (*s >= 'a' && *s <= 'z') return 0;
  return 1;
}

static Node *parse_pattern_value(Parser *p) {
  Node *n = parser_node(p, P_VALUE);
  if (parser_is(p, T_MINUS)) {
    n->a = parser_node(p, N_UNARY);
    n->a->op = T_MINUS;
    p->t++;
    n->a->a = parse_pattern_value(p)->a;
    return n;
  }
  if (parser_is(p, T_LBRACKET)) fail(p->c, parser_place(p), "a list has no pattern: ask for its length and take its elements");
  static const uint8_t kinds[] = {[T_INT] = N_INT, [T_FLOAT] = N_FLOAT, [T_CHAR] = N_CHAR, [T_STRING] = N_STRING};
  if (p->t->kind < T_INT || p->t->kind > T_STRING) parser_expected(p, "a pattern");
  n->a = parser_node(p, (NodeKind)kinds[p->t->kind]);
  n->a->integer = p->t->integer;
  n->a->number = p->t->number;
  n->a->suffix = p->t->suffix;
  n->a->name = p->t->name;
  p->t++;
  return n;
}

static void parse_subpatterns(Parser *p, Node *n) {
  NodeList l = {{0}};
  if (parser_take(p, T_LPAREN)) {
    while (!parser_is(p, T_RPAREN)) {
      list_add(p, &l, parse_pattern(p));
      if (!parser_take(p, T_COMMA)) break;
    }
    parser_need(p, T_RPAREN);
  } else if (parser_take(p, T_LBRACE)) {
    n->flags |= F_NAMED;
    while (!parser_is(p, T_RBRACE)) {
      Node *f = parser_node(p, P_FIELD);
      f->name = parser_need(p, T_NAME)->name;
      if (parser_take(p, T_COLON)) f->a = parse_pattern(p);
      else {
        f->a = arena_alloc(p->c, sizeof *f);
        *f->a = *f;
        f->a->kind = P_BIND;
        f->a->a = NULL;
      }
      list_add(p, &l, f);
      if (!parser_take(p, T_COMMA)) break;
    }
    parser_need(p, T_RBRACE);
  }
  list_into(&l, n);
}

static Node *parse_pattern_name(Parser *p) {
  Node *n = parser_node(p, P_BIND);
  n->name = p->t++->name;
  if (n->name->length == 1 && n->name->text[0] == '_') {
    n->kind = P_WILD;
    return n;
  }
  int dotted = parser_is(p, T_DOT), called = parser_is(p, T_LPAREN) || parser_is(p, T_LBRACE);
  if (!dotted && !called && !starts_upper(n->name)) return n; /* `none` is decided when names are known */
  Node *path = arena_alloc(p->c, sizeof *path);
  *path = *n;
  path->kind = N_NAME;
  while (parser_take(p, T_DOT)) {
    Node *f = parser_node(p, N_FIELD);
    f->name = parser_need(p, T_NAME)->name;
    f->a = path;
    path = f;
  }
  n->a = path;
  n->kind = is_constant_name(path->name) && !parser_is(p, T_LPAREN) ? P_VALUE : P_VARIANT;
  if (n->kind == P_VARIANT) parse_subpatterns(p, n);
  return n;
}

static Node *parse_pattern_atom(Parser *p) {
  Node *n;
  if (parser_is(p, T_LPAREN)) {
    NodeList l = {{0}};
    n = parser_node(p, P_TUPLE);
    p->t++;
    do list_add(p, &l, parse_pattern(p));
    while (parser_take(p, T_COMMA) && !parser_is(p, T_RPAREN));
    parser_need(p, T_RPAREN);
    list_into(&l, n);
    return n->count == 1 ? n->list[0] : n;
  }
  n = parser_is(p, T_NAME) ? parse_pattern_name(p) : parse_pattern_value(p);
  if (n->kind == P_VALUE && (parser_is(p, T_DOTDOT) || parser_is(p, T_DOTDOTEQ))) {
    Node *r = parser_node(p, P_RANGE);
    r->line = n->line;
    r->column = n->column;
    r->flags = p->t->kind == T_DOTDOTEQ ? F_INCLUSIVE : 0;
    p->t++;
    r->a = n->a;
    r->b = (parser_is(p, T_NAME) ? parse_pattern_name(p) : parse_pattern_value(p))->a;
    return r;
  }
  return n;
}

Node *parse_pattern(Parser *p) {
  parser_enter(p);
  Node *n = parse_pattern_atom(p);
  if (parser_is(p, T_BAR)) {
    NodeList l = {{0}};
    Node *o = parser_node(p, P_OR);
    list_add(p, &l, n);
    while (parser_take(p, T_BAR)) list_add(p, &l, parse_pattern_atom(p));
    list_into(&l, o);
    n = o;
  }
  parser_leave(p);
  return parser_measure(p, n);
}

/* -- primary expressions -- */

static void parse_exprs_until(Parser *p, Node *n, TokenKind close) {
  NodeList l = {{0}};
  while (!parser_is(p, close)) {
    list_add(p, &l, parse_expr(p));
    if (!parser_take(p, T_COMMA)) break;
  }
  parser_need(p, close);
  list_into(&l, n);
}

static Node *parse_parenthesis(Parser *p) {
  Node *n = parser_node(p, N_TUPLE);
  p->t++;
  if (parser_is(p, T_RPAREN)) parser_expected(p, "an expression");
  NodeList l = {{0}};
  list_add(p, &l, parse_expr(p));
  int comma = 0;
  while (parser_take(p, T_COMMA)) {
    comma = 1;
    if (parser_is(p, T_RPAREN)) break;
    list_add(p, &l, parse_expr(p));
  }
  parser_need(p, T_RPAREN);
  list_into(&l, n);
  return comma ? n : n->list[0];
}

static Node *parse_braces(Parser *p) {
  Node *n = parser_node(p, N_BRACES);
  p->t++;
  if (parser_take(p, T_RBRACE)) return n;
  NodeList l = {{0}};
  Node *first = parse_expr(p);
  n->kind = parser_is(p, T_COLON) ? N_MAP : N_SET;
  for (;;) {
    Node *item = first;
    if (n->kind == N_MAP) {
      item = parser_node(p, N_PAIR);
      parser_need(p, T_COLON);
      item->a = first;
      item->b = parse_expr(p);
      parser_measure(p, item);
    }
    list_add(p, &l, item);
    if (!parser_take(p, T_COMMA) || parser_is(p, T_RBRACE)) break;
    first = parse_expr(p);
  }
  parser_need(p, T_RBRACE);
  list_into(&l, n);
  return n;
}

static Node *parse_lambda(Parser *p) {
  Node *n = parser_node(p, N_LAMBDA);
  n->a = parser_node(p, N_FN);
  p->t++;
  parser_measure(p, parse_fn_rest(p, n->a, 1));
  return n;
}

static Node *parse_literal(Parser *p, NodeKind kind) {
  Node *n = parser_node(p, kind);
  n->integer = p->t->integer;
  n->number = p->t->number;
  n->suffix = p->t->suffix;
  n->name = p->t->name;
  p->t++;
  return n;
}

static Node *parse_primary(Parser *p) {
  Node *n;
  switch (p->t->kind) {
  case T_INT: return parse_literal(p, N_INT);
  case T_FLOAT: return parse_literal(p, N_FLOAT);
  case T_CHAR: return parse_literal(p, N_CHAR);
  case T_STRING: return parse_literal(p, N_STRING);
  case T_BYTES: return parse_literal(p, N_BYTES);
  case T_NAME: return parse_literal(p, N_NAME);
  case T_LPAREN: return parse_parenthesis(p);
  case T_LBRACE: return parse_braces(p);
  case T_FN: return parse_lambda(p);
  case T_MATCH: return parse_match(p);
  case T_LBRACKET:
    n = parser_node(p, N_LIST);
    p->t++;
    parse_exprs_until(p, n, T_RBRACKET);
    return n;
  default: parser_expected(p, "an expression");
  }
}

/* -- postfix -- */

static Node *wrap(Parser *p, NodeKind kind, Node *a) {
  Node *n = parser_node(p, kind);
  n->a = a;
  return n;
}

static int is_type_path(const Node *n) {
  return n->kind == N_INDEX ? is_type_path(n->a) : n->kind == N_NAME || n->kind == N_FIELD;
}

static Node *parse_struct_value(Parser *p, Node *type) {
  Node *n = wrap(p, N_STRUCT_VALUE, type);
  n->line = type->line;
  n->column = type->column;
  p->t++;
  NodeList l = {{0}};
  while (!parser_is(p, T_RBRACE)) {
    Node *f = parser_node(p, N_PAIR);
    f->name = parser_need(p, T_NAME)->name;
    if (parser_take(p, T_COLON)) f->a = parse_expr(p);
    else {
      f->a = arena_alloc(p->c, sizeof *f);
      *f->a = (Node){.kind = N_NAME, .line = f->line, .column = f->column, .name = f->name};
    }
    list_add(p, &l, parser_measure(p, f));
    if (!parser_take(p, T_COMMA)) break;
  }
  parser_need(p, T_RBRACE);
  list_into(&l, n);
  return n;
}

/* Inside [ ]: an expression or a range whose ends may be missing. */
static Node *parse_index_item(Parser *p) {
  if (parser_is(p, T_FN)) { /* a function type as type argument would start like a lambda */
    return parse_expr(p);
  }
  if (!parser_is(p, T_DOTDOT) && !parser_is(p, T_DOTDOTEQ)) return parse_expr(p);
  Node *r = parser_node(p, N_RANGE);
  r->flags = p->t->kind == T_DOTDOTEQ ? F_INCLUSIVE : 0;
  p->t++;
  if (!parser_is(p, T_RBRACKET)) r->b = parse_expr(p);
  return parser_measure(p, r);
}

static Node *parse_index(Parser *p, Node *a) {
  Node *n = wrap(p, N_INDEX, a);
  p->t++;
  NodeList l = {{0}};
  do list_add(p, &l, parse_index_item(p));
  while (parser_take(p, T_COMMA));
  parser_need(p, T_RBRACKET);
  list_into(&l, n);
  return n;
}

static Node *parse_postfix(Parser *p) {
  Node *n = parse_primary(p);
  for (;;) {
    Node *outer;
    parser_measure(p, n);
    switch (p->t->kind) {
    case T_LPAREN:
      outer = wrap(p, N_CALL, n);
      p->t++;
      parse_exprs_until(p, outer, T_RPAREN);
      n = outer;
      continue;
    case T_LBRACKET: n = parse_index(p, n); continue;
    case T_DOT: case T_OPTDOT:
      outer = wrap(p, p->t->kind == T_DOT ? N_FIELD : N_OPT_FIELD, n);
      p->t++;
      if (parser_is(p, T_INT)) outer->name = name_format(p->c, "%llu", (unsigned long long)p->t++->integer);
      else outer->name = parser_need(p, T_NAME)->name;
      n = outer;
      continue;
    case T_QUESTION:
      n = wrap(p, N_QUESTION, n);
      p->t++;
      continue;
    case T_LBRACE:
      if (!is_type_path(n)) return n;
      n = parse_struct_value(p, n);
      continue;
    default: return n;
    }
  }
}

/* -- operators -- */

static Node *parse_unary(Parser *p) {
  if (parser_is(p, T_MINUS) || parser_is(p, T_TILDE)) {
    parser_enter(p);
    Node *n = parser_node(p, N_UNARY);
    n->op = p->t++->kind;
    n->a = parse_unary(p);
    parser_leave(p);
    return parser_measure(p, n);
  }
  Node *n = parse_postfix(p);
  if (!parser_is(p, T_AS)) return n;
  Node *cast = wrap(p, N_CAST, n);
  p->t++;
  if (parser_take(p, T_QUESTION)) cast->kind = N_TRY_CAST;
  cast->b = parse_type_atom(p);
  if (parser_is(p, T_AS)) fail(p->c, parser_place(p), "'as' does not chain: parenthesise");
  return parser_measure(p, cast);
}

/* Binding strength of binary operators; comparison stands apart because it chains. */
static unsigned strength(TokenKind kind) {
  switch (kind) {
  case T_STAR: case T_SLASH: case T_PERCENT: return 6;
  case T_PLUS: case T_MINUS: return 5;
  case T_SHL: case T_SHR: return 4;
  case T_AMP: return 3;
  case T_CARET: return 2;
  case T_BAR: return 1;
  default: return 0;
  }
}

static Node *parse_binary(Parser *p, unsigned weakest) {
  Node *n = parse_unary(p);
  for (unsigned s; (s = strength((TokenKind)p->t->kind)) >= weakest && s;) {
    Node *b = wrap(p, N_BINARY, n);
    b->op = p->t++->kind;
    b->b = parse_binary(p, s + 1);
    n = parser_measure(p, b);
  }
  return n;
}

static Node *parse_range(Parser *p) {
  Node *n = parse_binary(p, 1);
  if (!parser_is(p, T_DOTDOT) && !parser_is(p, T_DOTDOTEQ)) return n;
  Node *r = wrap(p, N_RANGE, n);
  r->flags = p->t->kind == T_DOTDOTEQ ? F_INCLUSIVE : 0;
  p->t++;
  if (parser_is(p, T_RBRACKET)) return parser_measure(p, r);
  r->b = parse_binary(p, 1);
  if (parser_take(p, T_DOTDOT)) r->c = parse_binary(p, 1);
  return parser_measure(p, r);
}

static int is_comparison(TokenKind kind) {
  return kind == T_EQEQ || kind == T_NE || kind == T_LT || kind == T_LE || kind == T_GT || kind == T_GE || kind == T_IN;
}

static Node *parse_comparison(Parser *p) {
  Node *n = parse_range(p);
  if (parser_is(p, T_MATCHES)) {
    Node *m = wrap(p, N_MATCHES, n);
    p->t++;
    m->b = parse_pattern(p);
    return parser_measure(p, m);
  }
  int negated_in = parser_is(p, T_NOT) && p->t[1].kind == T_IN;
  if (negated_in) {
    Node *not_node = parser_node(p, N_UNARY), *in = wrap(p, N_BINARY, n);
    not_node->op = T_NOT;
    p->t += 2;
    in->op = T_IN;
    in->b = parse_range(p);
    not_node->a = parser_measure(p, in);
    return parser_measure(p, not_node);
  }
  if (!is_comparison((TokenKind)p->t->kind)) return n;
  NodeList operands = {{0}}, ops = {{0}};
  Node *chain = wrap(p, N_CHAIN, NULL);
  list_add(p, &operands, n);
  while (is_comparison((TokenKind)p->t->kind)) {
    Node *op = parser_node(p, N_BINARY);
    op->op = p->t++->kind;
    list_add(p, &ops, op);
    list_add(p, &operands, parse_range(p));
  }
  list_into(&operands, chain);
  chain->b = arena_alloc(p->c, sizeof *chain->b);
  list_into(&ops, chain->b);
  if (chain->count > 2) return parser_measure(p, chain);
  Node *b = chain->b->list[0];
  b->a = chain->list[0];
  b->b = chain->list[1];
  return parser_measure(p, b);
}

static Node *parse_not(Parser *p) {
  if (!parser_is(p, T_NOT)) return parse_comparison(p);
  parser_enter(p);
  Node *n = parser_node(p, N_UNARY);
  n->op = T_NOT;
  p->t++;
  n->a = parse_not(p);
  parser_leave(p);
  return parser_measure(p, n);
}

static Node *parse_logic(Parser *p, TokenKind op) {
  Node *n = op == T_AND ? parse_not(p) : parse_logic(p, T_AND);
  while (parser_is(p, op)) {
    Node *b = wrap(p, op == T_AND ? N_AND : N_OR, n);
    p->t++;
    b->b = op == T_AND ? parse_not(p) : parse_logic(p, T_AND);
    n = parser_measure(p, b);
  }
  return n;
}

static Node *parse_coalesce(Parser *p) {
  Node *n = parse_logic(p, T_OR);
  if (!parser_is(p, T_COALESCE)) return n;
  Node *b = wrap(p, N_COALESCE, n);
  p->t++;
  parser_enter(p);
  b->b = parse_coalesce(p);
  parser_leave(p);
  return parser_measure(p, b);
}

Node *parse_expr(Parser *p) {
  parser_enter(p);
  Node *n;
  if (parser_is(p, T_TRY)) {
    n = parser_node(p, N_TRY_VALUE);
    p->t++;
    n->a = parse_expr(p);
    parser_leave(p);
    return parser_measure(p, n);
  }
  n = parse_coalesce(p);
  if (parser_is(p, T_IF)) {
    Node *v = wrap(p, N_IF_VALUE, n);
    p->t++;
    v->b = parse_coalesce(p);
    parser_need(p, T_ELSE);
    v->c = parse_expr(p);
    n = parser_measure(p, v);
  }
  parser_leave(p);
  return n;
}

/* -- match -- */

static Node *parse_arm(Parser *p) {
  Node *arm = parser_node(p, N_ARM);
  arm->a = parse_pattern(p);
  if (parser_take(p, T_IF)) arm->b = parse_expr(p);
  if (!parser_is(p, T_ARROW)) parser_expected(p, "'->'");
  p->t++;
  if (parser_is(p, T_INDENT)) arm->c = parse_body(p);
  else {
    NodeList l = {{0}};
    arm->c = parser_node(p, N_BLOCK);
    list_add(p, &l, parse_inline_statement(p));
    list_into(&l, arm->c);
    parser_measure(p, arm->c);
  }
  return parser_measure(p, arm);
}

Node *parse_match(Parser *p) {
  Node *n = parser_node(p, N_MATCH);
  p->t++;
  n->a = parse_expr(p);
  parser_need(p, T_COLON);
  NodeList l = {{0}};
  if (parser_take(p, T_INDENT)) {
    while (!parser_take(p, T_DEDENT)) {
      list_add(p, &l, parse_arm(p));
      if (!parser_is(p, T_DEDENT)) (void)(parser_take(p, T_NEWLINE) || parser_take(p, T_SEMICOLON));
    }
  } else {
    do list_add(p, &l, parse_arm(p));
    while (parser_take(p, T_SEMICOLON) && !parser_is(p, T_NEWLINE));
  }
  list_into(&l, n);
  return n;
}
