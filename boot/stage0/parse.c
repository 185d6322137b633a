/* parse.c -- statements and declarations. */
#include "parser.h"

/* -- names and types of parameters -- */

static void parse_generics(Parser *p, Node *n) {
  if (!parser_take(p, T_LBRACKET)) return;
  Vec names = {0};
  do {
    VEC_PUSH(p->c, &names, Name *, parser_need(p, T_NAME)->name);
    if (!parser_take(p, T_COLON)) continue;
    parse_type(p); /* bounds may be written and are not checked */
    while (parser_take(p, T_PLUS)) parse_type(p);
  } while (parser_take(p, T_COMMA));
  parser_need(p, T_RBRACKET);
  n->generics = names.rows;
  n->generics_count = (uint32_t)names.count;
}

static Node *parse_parameter(Parser *p) {
  Node *n = parser_node(p, N_PARAM);
  n->name = parser_need(p, T_NAME)->name;
  if (parser_take(p, T_COLON)) n->a = parse_type(p);
  if (parser_is(p, T_EQ)) fail(p->c, parser_place(p), "default arguments are not part of Orus-0");
  return n;
}

Node *parse_fn_rest(Parser *p, Node *fn, int needs_body) {
  parser_need(p, T_LPAREN);
  NodeList l = {{0}};
  while (!parser_is(p, T_RPAREN)) {
    Node *param = parse_parameter(p);
    if (!l.v.count && !param->a && param->name == name_lit(p->c, "self")) fn->flags |= F_SELF;
    list_add(p, &l, param);
    if (!parser_take(p, T_COMMA)) break;
  }
  parser_need(p, T_RPAREN);
  list_into(&l, fn);
  if (fn->count > MOST_PARAMETERS) fail(p->c, (Place){p->m, fn->line, fn->column}, "a function has at most %d parameters", MOST_PARAMETERS);
  if (parser_take(p, T_ARROW)) fn->a = parse_type(p);
  if (needs_body || parser_is(p, T_COLON)) fn->b = parse_body(p);
  return fn;
}

static Node *parse_fn(Parser *p, unsigned flags, int needs_body) {
  Node *n = parser_node(p, N_FN);
  n->flags = (uint8_t)flags;
  p->t++;
  n->name = parser_need(p, T_NAME)->name;
  parse_generics(p, n);
  return parse_fn_rest(p, n, needs_body);
}

/* -- simple statements -- */

static Node *let(Parser *p, Node *target, unsigned flags) {
  Node *n = parser_node(p, N_LET);
  n->a = target;
  n->flags = (uint8_t)flags;
  n->line = target->line;
  n->column = target->column;
  return n;
}

/* `x: T = e`, `x := e`, `x: T := e`, or with mut: `mut x = e`, `mut x: T = e`. */
static Node *parse_let_rest(Parser *p, Node *target, unsigned flags) {
  Node *n = let(p, target, flags);
  if (parser_take(p, T_COLON)) n->b = parse_type(p);
  if (parser_take(p, T_COLONEQ)) n->flags |= F_CONST;
  else parser_need(p, T_EQ);
  n->c = parse_expr(p);
  return n;
}

static Node *parse_targets(Parser *p, Node *first) {
  NodeList l = {{0}};
  Node *n = parser_node(p, N_TUPLE);
  n->line = first->line;
  n->column = first->column;
  list_add(p, &l, first);
  while (parser_take(p, T_COMMA)) list_add(p, &l, parse_expr(p));
  list_into(&l, n);
  return n;
}

static int is_assignment(TokenKind kind) { return kind == T_EQ || (kind >= T_PLUSEQ && kind <= T_CARETEQ) || kind == T_SHLEQ || kind == T_SHREQ; }

static Node *parse_assignment(Parser *p, Node *target) {
  Node *n = parser_node(p, N_ASSIGN);
  n->line = target->line;
  n->column = target->column;
  n->a = target;
  n->op = p->t++->kind;
  n->c = parse_expr(p);
  if (parser_is(p, T_EQ)) { /* p = q = 0 */
    parser_enter(p);
    n->b = parser_measure(p, parse_assignment(p, n->c));
    n->c = NULL;
    parser_leave(p);
  } else if (target->kind == N_TUPLE && parser_is(p, T_COMMA)) n->c = parse_targets(p, n->c);
  return n;
}

/* Whether `a, b = ...` starts here: names and accesses separated by commas up to '='. */
static int is_destructuring(const Parser *p) {
  const Token *t = p->t;
  unsigned depth = 0;
  for (int comma = 0;; t++) {
    if (t->kind == T_NEWLINE || t->kind == T_EOF || t->kind == T_SEMICOLON || t->kind == T_INDENT || t->kind == T_DEDENT || t->kind == T_COLON) return 0;
    if (t->kind == T_LPAREN || t->kind == T_LBRACKET || t->kind == T_LBRACE) depth++;
    if ((t->kind == T_RPAREN || t->kind == T_RBRACKET || t->kind == T_RBRACE) && depth-- == 0) return 0;
    if (depth) continue;
    if (t->kind == T_COMMA) comma = 1;
    if (t->kind == T_EQ) return comma;
    if (!comma && t->kind != T_NAME && t->kind != T_DOT && t->kind != T_RBRACKET && t->kind != T_LBRACKET && t->kind != T_RPAREN && t->kind != T_LPAREN) return 0;
  }
}

static Node *parse_expression_statement(Parser *p, unsigned flags) {
  if (parser_is(p, T_NAME) && p->t[1].kind == T_COLONEQ) {
    Node *name = parser_node(p, N_NAME);
    name->name = p->t++->name;
    return parse_let_rest(p, name, flags);
  }
  int many = is_destructuring(p);
  Node *e = parse_expr(p);
  if (many) e = parse_targets(p, e);
  if (is_assignment((TokenKind)p->t->kind)) {
    Node *assignment = parse_assignment(p, e);
    assignment->flags |= (uint8_t)flags;
    return assignment;
  }
  if (e->kind == N_NAME && parser_is(p, T_COLON)) return parse_let_rest(p, e, flags);
  if (e->kind == N_MATCH) return e;
  Node *n = parser_node(p, N_EXPR);
  n->line = e->line;
  n->column = e->column;
  n->a = e;
  return n;
}

static Node *parse_mut(Parser *p, unsigned flags) {
  p->t++;
  Node *target = parser_node(p, N_NAME);
  target->name = parser_need(p, T_NAME)->name;
  if (parser_is(p, T_COMMA) && is_destructuring(p)) target = parse_targets(p, target);
  return parse_let_rest(p, target, flags | F_MUT);
}

static Node *parse_keyword_statement(Parser *p, NodeKind kind) {
  Node *n = parser_node(p, kind);
  p->t++;
  if (kind == N_BREAK || kind == N_CONTINUE) {
    if (parser_is(p, T_LABEL)) n->name = p->t++->name;
  } else if (kind == N_THROW) n->a = parse_expr(p);
  else if (kind == N_RETURN) {
    TokenKind k = (TokenKind)p->t->kind;
    if (k != T_NEWLINE && k != T_SEMICOLON && k != T_DEDENT && k != T_EOF && k != T_COMMA && k != T_RPAREN && k != T_ELSE) n->a = parse_expr(p);
  }
  return n;
}

static Node *parse_simple(Parser *p, unsigned flags) {
  switch (p->t->kind) {
  case T_BREAK: return parse_keyword_statement(p, N_BREAK);
  case T_CONTINUE: return parse_keyword_statement(p, N_CONTINUE);
  case T_PASS: return parse_keyword_statement(p, N_PASS);
  case T_RETURN: return parse_keyword_statement(p, N_RETURN);
  case T_THROW: return parse_keyword_statement(p, N_THROW);
  case T_MUT: return parse_mut(p, flags);
  case T_PUB: case T_USE: case T_STRUCT: case T_ENUM: case T_TRAIT: case T_IMPL: case T_EXTERN:
    fail(p->c, parser_place(p), "'%s' stands at module level only", token_text(p->t->kind));
  case T_DEFER: fail(p->c, parser_place(p), "'defer' is not part of Orus-0");
  default: return parse_expression_statement(p, flags);
  }
}

/* -- compound statements -- */

static Node *parse_if(Parser *p) {
  parser_enter(p);
  Node *n = parser_node(p, N_IF);
  p->t++;
  n->a = parse_expr(p);
  n->b = parse_body(p);
  /* an inline body leaves its line end in front of elif or else */
  if (parser_is(p, T_NEWLINE) && (p->t[1].kind == T_ELIF || p->t[1].kind == T_ELSE)) p->t++;
  if (parser_is(p, T_ELIF)) {
    NodeList l = {{0}};
    n->c = parser_node(p, N_BLOCK);
    list_add(p, &l, parser_measure(p, parse_if(p)));
    list_into(&l, n->c);
    parser_measure(p, n->c);
  } else if (parser_take(p, T_ELSE)) n->c = parse_body(p);
  parser_leave(p);
  return n;
}

static Node *parse_while(Parser *p, Name *label) {
  Node *n = parser_node(p, N_WHILE);
  p->t++;
  n->name = label;
  n->a = parse_expr(p);
  n->b = parse_body(p);
  return n;
}

static Node *parse_for(Parser *p, Name *label) {
  Node *n = parser_node(p, N_FOR);
  p->t++;
  n->name = label;
  n->a = parser_node(p, N_NAME);
  n->a->name = parser_need(p, T_NAME)->name;
  if (parser_is(p, T_COMMA)) {
    NodeList l = {{0}};
    Node *tuple = parser_node(p, N_TUPLE);
    list_add(p, &l, n->a);
    while (parser_take(p, T_COMMA)) {
      Node *name = parser_node(p, N_NAME);
      name->name = parser_need(p, T_NAME)->name;
      list_add(p, &l, name);
    }
    list_into(&l, tuple);
    n->a = tuple;
  }
  parser_need(p, T_IN);
  n->b = parse_expr(p);
  n->c = parse_body(p);
  return n;
}

static Node *parse_try(Parser *p) {
  Node *n = parser_node(p, N_TRY);
  p->t++;
  n->a = parse_body(p);
  NodeList l = {{0}};
  for (;;) {
    if (parser_is(p, T_NEWLINE) && p->t[1].kind == T_CATCH) p->t++;
    if (!parser_is(p, T_CATCH)) break;
    Node *k = parser_node(p, N_CATCH);
    p->t++;
    if (parser_is(p, T_NAME)) {
      k->name = p->t++->name;
      if (p->t->kind == T_COLON && p->t[1].kind == T_NAME && p->t[2].kind == T_COLON) {
        p->t++;
        k->a = parse_type(p);
      }
    }
    k->b = parse_body(p);
    list_add(p, &l, parser_measure(p, k));
  }
  if (!l.v.count) {
    parser_take(p, T_NEWLINE);
    parser_expected(p, "'catch'");
  }
  list_into(&l, n);
  return n;
}

static Node *parse_labelled(Parser *p) {
  Name *label = p->t++->name;
  parser_need(p, T_COLON);
  if (parser_is(p, T_WHILE)) return parse_while(p, label);
  if (parser_is(p, T_FOR)) return parse_for(p, label);
  parser_expected(p, "a loop");
}

/* `try:` is the statement, `try expr` a value. */
static Node *parse_unmeasured(Parser *p) {
  switch (p->t->kind) {
  case T_IF: return parse_if(p);
  case T_WHILE: return parse_while(p, NULL);
  case T_FOR: return parse_for(p, NULL);
  case T_LABEL: return parse_labelled(p);
  case T_TRY: return p->t[1].kind == T_COLON ? parse_try(p) : parse_simple(p, 0);
  default: return parse_simple(p, 0);
  }
}

static Node *parse_statement(Parser *p) { return parser_measure(p, parse_unmeasured(p)); }

Node *parse_inline_statement(Parser *p) { return parse_statement(p); }

/* Whether what stands behind the comma declares something. */
static int is_another_binding(const Parser *p) {
  return p->t[1].kind == T_MUT || (p->t[1].kind == T_NAME && (p->t[2].kind == T_EQ || p->t[2].kind == T_COLON || p->t[2].kind == T_COLONEQ));
}

/* Several declarations on a line: `x = 1, mut y = 2`. */
static void parse_statement_group(Parser *p, NodeList *l) {
  list_add(p, l, parse_statement(p));
  Node *last = VEC_AT(&l->v, Node *, l->v.count - 1);
  while ((last->kind == N_LET || last->kind == N_ASSIGN) && parser_is(p, T_COMMA) && is_another_binding(p)) {
    p->t++;
    list_add(p, l, parse_simple(p, 0));
  }
}

/* Behind a statement: its line must end here. */
static void parse_statement_end(Parser *p) {
  if (parser_take(p, T_SEMICOLON) || parser_take(p, T_NEWLINE)) return;
  if (!parser_is(p, T_DEDENT) && !parser_is(p, T_EOF)) parser_expected(p, "end of line");
}

Node *parse_body(Parser *p) {
  parser_enter(p);
  if (p->t->kind != T_INDENT) parser_need(p, T_COLON);
  Node *n = parser_node(p, N_BLOCK);
  NodeList l = {{0}};
  if (parser_take(p, T_INDENT)) {
    while (!parser_take(p, T_DEDENT)) {
      parse_statement_group(p, &l);
      parse_statement_end(p);
    }
  } else {
    if (parser_is(p, T_NEWLINE) || parser_is(p, T_DEDENT) || parser_is(p, T_EOF)) fail(p->c, parser_place(p), "this block is empty: write 'pass'");
    do parse_statement_group(p, &l);
    while (parser_take(p, T_SEMICOLON) && !parser_is(p, T_NEWLINE));
  }
  list_into(&l, n);
  parser_leave(p);
  return parser_measure(p, n);
}

/* -- declarations -- */

/* Members of a declaration: an indented block, or one line with ';'. */
static void parse_members(Parser *p, Node *n, Node *(*member)(Parser *p)) {
  NodeList l = {{0}};
  parser_need(p, T_COLON);
  if (parser_take(p, T_INDENT)) {
    while (!parser_take(p, T_DEDENT)) {
      if (parser_take(p, T_PASS)) {
        parse_statement_end(p);
        continue;
      }
      list_add(p, &l, member(p));
      while (parser_take(p, T_COMMA)) list_add(p, &l, member(p));
      parse_statement_end(p);
    }
  } else {
    do {
      if (!parser_take(p, T_PASS)) list_add(p, &l, member(p));
    } while ((parser_take(p, T_SEMICOLON) || parser_take(p, T_COMMA)) && !parser_is(p, T_NEWLINE));
  }
  list_into(&l, n);
}

static Node *parse_field(Parser *p) {
  Node *n = parser_node(p, N_PARAM);
  n->name = parser_need(p, T_NAME)->name;
  parser_need(p, T_COLON);
  n->a = parse_type(p);
  if (parser_take(p, T_EQ)) n->b = parse_expr(p);
  return n;
}

/* A payload is `name: Type` or just a type. */
static Node *parse_payload(Parser *p) {
  Node *n = parser_node(p, N_PARAM);
  if (parser_is(p, T_NAME) && p->t[1].kind == T_COLON) {
    n->name = p->t->name;
    p->t += 2;
  }
  n->a = parse_type(p);
  return n;
}

static Node *parse_variant(Parser *p) {
  Node *n = parser_node(p, N_VARIANT);
  n->name = parser_need(p, T_NAME)->name;
  TokenKind close = parser_is(p, T_LBRACE) ? T_RBRACE : T_RPAREN;
  NodeList l = {{0}};
  if (parser_take(p, T_LPAREN) || parser_take(p, T_LBRACE)) {
    if (close == T_RBRACE && p->t[1].kind == T_COLON) n->flags |= F_NAMED;
    while (!parser_is(p, close)) {
      list_add(p, &l, parse_payload(p));
      if (!parser_take(p, T_COMMA)) break;
    }
    parser_need(p, close);
  }
  list_into(&l, n);
  return n;
}

static Node *parse_method(Parser *p) {
  if (!parser_is(p, T_FN)) parser_expected(p, "'fn'");
  return parse_fn(p, 0, 1);
}

static Node *parse_trait_method(Parser *p) {
  if (!parser_is(p, T_FN)) parser_expected(p, "'fn'");
  return parse_fn(p, 0, 0);
}

static Node *parse_named(Parser *p, NodeKind kind, unsigned flags, Node *(*member)(Parser *p)) {
  Node *n = parser_node(p, kind);
  n->flags = (uint8_t)flags;
  p->t++;
  n->name = parser_need(p, T_NAME)->name;
  parse_generics(p, n);
  parse_members(p, n, member);
  return n;
}

/* The generic names of an impl are the type names in its head that nothing declares; found when names are known (`impl Tree[T: Ord]:`). */
static Node *parse_impl_type(Parser *p, Node *impl);

static Node *parse_impl_argument(Parser *p, Node *impl) {
  Node *t = parser_is(p, T_LPAREN) ? parse_type(p) : parse_impl_type(p, impl);
  if (parser_take(p, T_COLON)) {
    parse_type(p);
    while (parser_take(p, T_PLUS)) parse_type(p);
  }
  return t;
}

static Node *parse_impl_type(Parser *p, Node *impl) {
  Node *n = parser_node(p, N_TYPE_NAME);
  NodeList l = {{0}};
  if (parser_take(p, T_LBRACKET)) {
    n->kind = N_TYPE_LIST;
    n->a = parse_impl_argument(p, impl);
    parser_need(p, T_RBRACKET);
    return n;
  }
  n->name = parser_need(p, T_NAME)->name;
  if (parser_take(p, T_LBRACKET)) {
    do list_add(p, &l, parse_impl_argument(p, impl));
    while (parser_take(p, T_COMMA));
    parser_need(p, T_RBRACKET);
  }
  list_into(&l, n);
  if (!parser_is(p, T_QUESTION)) return n;
  Node *o = parser_node(p, N_TYPE_OPTION);
  p->t++;
  o->a = n;
  return o;
}

static Node *parse_impl(Parser *p) {
  Node *n = parser_node(p, N_IMPL);
  p->t++;
  n->a = parse_impl_type(p, n);
  if (parser_take(p, T_FOR)) {
    n->b = n->a;
    n->a = parse_impl_type(p, n);
  }
  parse_members(p, n, parse_method);
  return n;
}

static Name *parse_path(Parser *p) {
  Text t = {0};
  add_text(p->c, &t, "%s", parser_need(p, T_NAME)->name->text);
  while (parser_take(p, T_DOT)) add_text(p->c, &t, ".%s", parser_need(p, T_NAME)->name->text);
  return name_of(p->c, t.bytes, t.length);
}

static Node *parse_alias(Parser *p) {
  Node *n = parser_node(p, N_NAME);
  n->name = parser_need(p, T_NAME)->name;
  return n;
}

static Node *parse_use(Parser *p) {
  Node *n = parser_node(p, N_USE);
  p->t++;
  n->name = parse_path(p);
  if (parser_take(p, T_AS)) n->a = parse_alias(p);
  NodeList l = {{0}};
  if (parser_take(p, T_COLON)) {
    if (parser_take(p, T_STAR)) n->flags = F_ALL;
    else do {
      Node *item = parser_node(p, N_PARAM);
      item->name = parser_need(p, T_NAME)->name;
      if (parser_take(p, T_AS)) item->a = parse_alias(p);
      list_add(p, &l, item);
    } while (parser_take(p, T_COMMA));
  }
  list_into(&l, n);
  return n;
}

static Node *parse_test(Parser *p) {
  Node *n = parser_node(p, N_TEST);
  p->t += 2;
  n->b = parse_body(p);
  return n;
}

/* What 'pub' exports: a declaration, or a variable or constant. */
static void check_pub(Parser *p, Place at, const Node *n) {
  int names_one = (n->kind == N_LET || n->kind == N_ASSIGN) && n->a->kind == N_NAME && !n->b;
  if (n->kind == N_LET ? n->a->kind != N_NAME : !names_one) fail(p->c, at, "'pub' stands before a function, struct, enum, trait, impl, constant or variable of a module only");
}

static Node *parse_top(Parser *p, NodeList *l) {
  Place at = parser_place(p);
  unsigned flags = parser_take(p, T_PUB) ? F_PUB : 0;
  int is_test = parser_is(p, T_NAME) && p->t[1].kind == T_STRING && (p->t->name == name_lit(p->c, "test") || p->t->name == name_lit(p->c, "bench"));
  if (flags && (is_test || parser_is(p, T_USE))) fail(p->c, at, "'pub' stands before a function, struct, enum, trait, impl, constant or variable of a module only");
  switch (p->t->kind) {
  case T_USE: return parse_use(p);
  case T_FN: return parse_fn(p, flags, 1);
  case T_EXTERN:
    p->t++;
    if (!parser_is(p, T_FN)) parser_expected(p, "'fn'");
    return parse_fn(p, flags | F_EXTERN, 0);
  case T_STRUCT: return parse_named(p, N_STRUCT, flags, parse_field);
  case T_ENUM: return parse_named(p, N_ENUM, flags, parse_variant);
  case T_TRAIT: return parse_named(p, N_TRAIT, flags, parse_trait_method);
  case T_IMPL: return parse_impl(p);
  case T_NAME:
    if (is_test) return parse_test(p);
    break;
  default: break;
  }
  if (flags) {
    Node *n = parse_simple(p, flags);
    check_pub(p, at, n);
    return n;
  }
  parse_statement_group(p, l);
  return NULL;
}

Node *parse_module(Compiler *c, Module *m) {
  Parser p = {.c = c, .m = m, .t = m->tokens.rows};
  NodeList l = {{0}};
  Node *n = parser_node(&p, N_MODULE);
  while (!parser_is(&p, T_EOF)) {
    Node *d = parse_top(&p, &l);
    if (d) list_add(&p, &l, d);
    parse_statement_end(&p);
  }
  list_into(&l, n);
  return n;
}
