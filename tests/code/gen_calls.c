/* gen_calls.c -- see gen_calls.h.  A function calls only those behind it, so that runs end; what is valid in a block is kept as the verifier keeps it. */
#include "gen_calls.h"
#include "code/opcode.h"
#include "gen_text.h"

#include <string.h>

enum { FUNCTIONS = 14, LIBRARY_FUNCTIONS = 5, PARAMS = 5, LOCALS = 20, TEMPS = 160, HIGH = 400 };
enum { I32, I64, F64, BOOL, RAW_TYPES, NODE = RAW_TYPES, INTS, TYPES, NOTHING = TYPES, WORD, CELLS }; /* WORD: u32; these two are only what `probe` uses */

static const char *const names[] = {"i32", "i64", "f64", "bool", "Node", "Ints"};

typedef struct Signature {
  uint8_t params[PARAMS], count, result;
  char letter; /* the function's name: a letter and a number */
  uint8_t number;
} Signature;

typedef struct Gen {
  GenText text;
  Signature functions[FUNCTIONS + LIBRARY_FUNCTIONS]; /* its own, then those that it imports */
  uint32_t own, count, labels;
} Gen;

typedef struct Bank {
  uint8_t locals[LOCALS], temps[TEMPS]; /* types; NOTHING: not valid */
  uint32_t params, count;               /* locals */
} Bank;

typedef struct Body {
  Gen *g;
  uint32_t self, left, calls, depth;
  uint32_t words; /* the first of five raw locals of type u32 */
  Bank bank[2];
} Body;

static uint32_t below(Gen *g, uint32_t n) { return random_below(&g->text, n); }
static int one_in(Gen *g, uint32_t n) { return below(g, n) == 0; }
#define emit(g, ...) text_put(&(g)->text, __VA_ARGS__)

static int bank_of(uint32_t type) { return type >= RAW_TYPES; }
static uint32_t random_type(Gen *g) { return below(g, TYPES); }

/* -- registers -- */

static void new_block(Body *b) {
  for (int k = 0; k < 2; k++) memset(b->bank[k].temps, NOTHING, TEMPS);
}

static void forget_from(Bank *k, uint32_t reg) {
  for (uint32_t i = reg - k->count; i < TEMPS; i++) k->temps[i] = NOTHING;
}

static uint32_t type_of(const Bank *k, uint32_t reg) { return reg < k->count ? k->locals[reg] : k->temps[reg - k->count]; }

/* `n` registers side by side that hold a `type` each: the first; -1: there are none. */
static int32_t find_row(Body *b, uint32_t type, uint32_t n) {
  const Bank *k = &b->bank[bank_of(type)];
  uint32_t total = k->count + TEMPS, have;
  for (uint32_t i = 0, at = below(b->g, total); i < total; i++, at = (at + 1) % total) {
    for (have = 0; have < n && at + have < total && type_of(k, at + have) == type; have++) {}
    if (have == n) return (int32_t)at;
  }
  return -1;
}

static int32_t find(Body *b, uint32_t type) {
  const Bank *k = &b->bank[bank_of(type)];
  uint32_t n = k->count + TEMPS;
  for (uint32_t i = 0, at = below(b->g, n); i < n; i++, at = (at + 1) % n)
    if (type_of(k, at) == type) return (int32_t)at;
  return -1;
}

static uint32_t fresh_in(Body *b, int bank, uint32_t type) {
  Bank *k = &b->bank[bank];
  uint32_t at = below(b->g, 4);
  while (at < TEMPS - 20 && k->temps[at] != NOTHING) at++;
  k->temps[at] = (uint8_t)type;
  return k->count + at;
}

static uint32_t fresh(Body *b, uint32_t type) { return fresh_in(b, bank_of(type), type); }

/* Where a `type` is written to: a local, now and then a parameter, or a temporary. */
static uint32_t destination(Body *b, uint32_t type) {
  Bank *k = &b->bank[bank_of(type)];
  if (k->count && !one_in(b->g, 3))
    for (uint32_t i = 0, at = below(b->g, k->count); i < k->count; i++, at = (at + 1) % k->count)
      if (k->locals[at] == type && (at >= k->params || one_in(b->g, 3))) return at;
  return fresh(b, type);
}

/* -- values -- */

static void constant(Body *b, uint32_t to, uint32_t type) {
  Gen *g = b->g;
  switch (type) {
  case BOOL: emit(g, "  ldi r%u, %u, bool\n", to, below(g, 2)); break;
  case F64: emit(g, one_in(g, 2) ? "  ldi r%u, %d, f64\n" : "  ldk r%u, f64 %d.5\n", to, (int)below(g, 9) - 4); break;
  default: {
    int n = (int)below(g, one_in(g, 4) ? 20000 : 9) - 3;
    if (one_in(g, 3)) emit(g, "  ldk r%u, %s %d\n", to, names[type], n);
    else emit(g, "  ldi r%u, %d, %s\n", to, n, names[type]);
  }
  }
}

static uint32_t value(Body *b, uint32_t type);

/* Arrays for a new Node, and a mask for its cells. */
static void furnish(Body *b, uint32_t node) {
  Gen *g = b->g;
  if (one_in(g, 8)) return;
  emit(g, "  setfp p%u, p%u, items of Node\n", node, value(b, INTS));
  uint32_t n = fresh(b, I32), w = fresh_in(b, 0, WORD), cells = fresh_in(b, 1, CELLS);
  emit(g, "  ldi r%u, 8, i32\n  new_array p%u, r%u, Cells\n  setfp p%u, p%u, cells of Node\n", n, cells, n, node, cells);
  emit(g, "  ldi r%u, %u, i32\n  ldi r%u, %u, u32\n  aset p%u, r%u, r%u\n", n, below(g, 8), w, below(g, 40), cells, n, w);
  emit(g, "  ldi r%u, 7, u32\n  setf p%u, r%u, mask of Node\n", w, node, w);
}

static void make(Body *b, uint32_t to, uint32_t type) {
  Gen *g = b->g;
  if (type < RAW_TYPES) constant(b, to, type);
  else if (one_in(g, 12)) emit(g, "  ldnull p%u, %s\n", to, names[type]);
  else if (type == NODE) {
    int32_t x = find(b, I64), next = find(b, NODE), y = find(b, F64);
    emit(g, "  new p%u, Node\n", to);
    if (x >= 0) emit(g, "  setf p%u, r%d, x of Node\n", to, x);
    if (y >= 0) emit(g, "  setf p%u, r%d, y of Node\n", to, y);
    if (next >= 0 && (uint32_t)next != to && one_in(g, 2)) emit(g, "  setfp p%u, p%d, next of Node\n", to, next);
    if (type_of(&b->bank[1], to) == NODE) furnish(b, to); /* else it stands in a window, where nothing else must go */
  } else {
    uint32_t n = fresh(b, I32), x = fresh(b, I32);
    emit(g, "  ldi r%u, %u, i32\n  new_array p%u, r%u, Ints\n", n, 1 + below(g, 6), to, n);
    emit(g, "  ldi r%u, 0, i32\n  ldi r%u, %u, i32\n  aset p%u, r%u, r%u\n", n, x, below(g, 9), to, n, x);
  }
}

static uint32_t value(Body *b, uint32_t type) {
  int32_t have = find(b, type);
  if (have >= 0 && !one_in(b->g, 6)) return (uint32_t)have;
  uint32_t to = fresh(b, type);
  make(b, to, type);
  return to;
}

static void copy(Body *b, uint32_t type, uint32_t to, uint32_t from) { emit(b->g, bank_of(type) ? "  movp p%u, p%u\n" : "  mov r%u, r%u\n", to, from); }

/* -- statements -- */

static void arithmetic(Body *b) {
  static const char *const ops[3][10] = {{"add_i32", "sub_i32", "mul_i32", "div_i32", "rem_i32", "and", "or", "xor", "shl_i32", "shr_i32"},
                                         {"add_i64", "sub_i64", "mul_i64", "div_i64", "rem_i64", "and", "or", "xor", "shl_i64", "shr_i64"},
                                         {"add_f64", "sub_f64", "mul_f64", "div_f64", "add_f64", "sub_f64", "mul_f64", "add_f64", "sub_f64", "mul_f64"}};
  uint32_t type = below(b->g, 3), x, y, op = below(b->g, 10);
  if (one_in(b->g, 2)) { /* a constant next to its use */
    x = value(b, type);
    constant(b, y = fresh(b, type), type);
    if (one_in(b->g, 4)) op = x, x = y, y = op, op = below(b->g, 10);
  } else x = value(b, type), y = value(b, type);
  if (type_of(&b->bank[0], x) != type) x = y;
  emit(b->g, "  %s r%u, r%u, r%u\n", ops[type][op], destination(b, type), x, y);
}

static void increment(Body *b) {
  uint32_t type = below(b->g, 2), x = value(b, type);
  emit(b->g, "  addi_%s r%u, r%u, %d\n", names[type], destination(b, type), x, (int)below(b->g, 7) - 3);
}

static void move(Body *b) {
  uint32_t type = random_type(b->g), from = value(b, type);
  copy(b, type, destination(b, type), from);
}

static void field(Body *b) {
  uint32_t p = value(b, NODE), r;
  switch (below(b->g, 6)) {
  case 0: r = value(b, I64); emit(b->g, "  setf p%u, r%u, x of Node\n", p, r); break;
  case 1: r = value(b, F64); emit(b->g, "  setf p%u, r%u, y of Node\n", p, r); break;
  case 2: r = value(b, NODE); emit(b->g, "  setfp p%u, p%u, next of Node\n", p, r); break;
  case 3: emit(b->g, "  getf r%u, p%u, x of Node\n", destination(b, I64), p); break;
  case 4: emit(b->g, "  getf r%u, p%u, y of Node\n", destination(b, F64), p); break;
  default: emit(b->g, "  getfp p%u, p%u, next of Node\n", destination(b, NODE), p);
  }
}

/* A float made for the next instruction only, as the linker likes them. */
static void float_pair(Body *b) {
  uint32_t p = value(b, NODE), y = value(b, F64), t = fresh(b, F64), stores = one_in(b->g, 3), to = stores ? 0 : destination(b, F64);
  emit(b->g, "  getf r%u, p%u, y of Node\n", t, p);
  if (stores) emit(b->g, "  setf p%u, r%u, y of Node\n", p, t);
  else if (one_in(b->g, 2)) emit(b->g, "  sub_f64 r%u, r%u, r%u\n", to, t, y);
  else emit(b->g, "  %s r%u, r%u, r%u\n", one_in(b->g, 2) ? "sub_f64" : "mul_f64", to, y, t);
}

static void element(Body *b) {
  uint32_t p = value(b, INTS), i = fresh(b, I32), v;
  emit(b->g, "  ldi r%u, %u, i32\n", i, below(b->g, 4));
  if (one_in(b->g, 2)) {
    v = value(b, I32);
    emit(b->g, "  aset p%u, r%u, r%u\n", p, type_of(&b->bank[0], i) == I32 ? i : v, v);
  } else emit(b->g, "  aget r%u, p%u, r%u\n", destination(b, I32), p, i);
}

static void add_to_sum(Body *b, uint32_t x) {
  uint32_t t = fresh(b, I64);
  emit(b->g, "  getg r%u, sum\n  addi_i64 r%u, r%u, 1\n  xor r%u, r%u, r%u\n  setg r%u, sum\n", t, t, t, t, t, x, t);
}

/* Reads registers side by side of which it names the first: parameters, locals that nobody has written. */
static void bulk(Body *b) {
  int32_t r = find_row(b, I32, 3), two = find_row(b, INTS, 2);
  if (r < 0) return;
  uint32_t p = two >= 0 ? (uint32_t)two : value(b, INTS), i = fresh(b, I32), element = fresh(b, I64);
  emit(b->g, "  %s r%d, p%u\n", two >= 0 && one_in(b->g, 2) ? "acopy" : "afill", r, p);
  emit(b->g, "  ldi r%u, 0, i32\n  aget r%u, p%u, r%u\n  addi_i64 r%u, r%u, 0\n", i, i, p, i, element, i);
  add_to_sum(b, element);
}

static uint32_t one_word(Body *b, uint32_t first) { return first + below(b->g, 5); }

/* Lets the global sum tell what integer register `word` holds. */
static void account_word(Body *b, uint32_t word) {
  uint32_t x = fresh(b, I64);
  emit(b->g, "  cast r%u, r%u, i64\n", x, word);
  add_to_sum(b, x);
}

static void statements(Body *b, uint32_t n);

/* A branch on `c`, and what it skips. */
static void skip_some(Body *b, uint32_t c) {
  uint32_t label = b->g->labels++;
  emit(b->g, "  %s r%u, L%u\n", one_in(b->g, 2) ? "jt" : "jf", c, label);
  new_block(b);
  account_word(b, b->words);
  statements(b, 1);
  emit(b->g, "L%u:\n", label);
  new_block(b);
}

/* What a field refers to, looked into by the next instruction, which is often the last one to want it; an element may be there to be compared. */
static void look_into(Body *b) {
  Gen *g = b->g;
  uint32_t p = value(b, NODE), i = fresh(b, I32), v = value(b, I32), inner = one_in(g, 3), t;
  emit(g, "  ldi r%u, %u, i32\n", i, one_in(g, 6) ? 3 : 0);
  t = one_in(g, 8) ? destination(b, inner ? NODE : INTS) : fresh(b, inner ? NODE : INTS);
  emit(g, "  getfp p%u, p%u, %s of Node\n", t, p, inner ? "next" : "items");
  switch (inner ? below(g, 3) : 3 + below(g, 5)) {
  case 0: emit(g, "  getf r%u, p%u, x of Node\n", destination(b, I64), t); break;
  case 1: emit(g, "  getf r%u, p%u, y of Node\n", destination(b, F64), t); break;
  case 2: emit(g, "  getfp p%u, p%u, next of Node\n", destination(b, NODE), t); break;
  case 3: emit(g, "  alen r%u, p%u\n", destination(b, I32), t); break;
  case 4: emit(g, "  aget r%u, p%u, r%u\n", destination(b, I32), t, i); break;
  case 5: emit(g, "  aset p%u, r%u, r%u\n", t, i, v); break;
  default: {
    uint32_t x = one_in(g, 3) ? fresh(b, I32) : destination(b, I32), c = fresh(b, BOOL), swap = one_in(g, 2);
    emit(g, "  aget r%u, p%u, r%u\n", x, t, i);
    if (one_in(g, 8)) v = x;
    emit(g, "  %s r%u, r%u, r%u\n", one_in(g, 2) ? "eq_i" : "ne_i", c, swap ? x : v, swap ? v : x);
    if (one_in(g, 6)) account_word(b, x);
    skip_some(b, c);
    if (x < b->bank[0].count) account_word(b, x);
    return;
  }
  }
  if (inner || one_in(g, 2)) return;
  emit(g, "  alen r%u, p%u\n", i, t);
  account_word(b, i);
}

/* The first probe of a table of cells, as the linker likes it, or with registers that are not what they should be; it may be entered in the middle. */
static void probe(Body *b) {
  Gen *g = b->g;
  uint32_t first = b->words, mask = first, at = first + 1, rest = first + 2, cell = first + 3, place = first + 4, hash = fresh_in(b, 0, WORD);
  uint32_t x = value(b, I32), p = value(b, NODE), t = fresh_in(b, 1, CELLS), c = fresh(b, BOOL), label = g->labels;
  uint32_t *const all[] = {&mask, &at, &rest, &cell, &place};
  int in_middle = p < b->bank[1].count && one_in(g, 2), swap = one_in(g, 2);
  g->labels += 2;
  if (one_in(g, 3)) *all[below(g, 5)] = one_word(b, first);
  emit(g, "  cast r%u, r%u, u32\n", hash, x);
  if (one_in(g, 8)) emit(g, "  mov r%u, r%u\n", one_word(b, first), hash);
  if (in_middle) {
    emit(g, "  ldi r%u, %u, bool\n  jt r%u, L%u\n", c, one_in(g, 4), c, label);
    emit(g, "  cast r%u, r%u, u32\n", hash, one_word(b, first));
  }
  emit(g, "  getf r%u, p%u, mask of Node\n", mask, p);
  emit(g, "  and r%u, r%u, r%u\n", at, swap ? hash : mask, swap ? mask : hash);
  emit(g, "  xor r%u, r%u, r%u\n", rest, one_in(g, 8) ? mask : swap ? at : hash, swap ? hash : at);
  if (in_middle) emit(g, "L%u:\n", label);
  emit(g, "  getfp p%u, p%u, cells of Node\n  aget r%u, p%u, r%u\n", t, p, cell, t, one_in(g, 8) ? one_word(b, first) : at);
  emit(g, "  xor r%u, r%u, r%u\n", place, swap ? cell : rest, swap ? rest : cell);
  emit(g, "  lt_s r%u, r%u, r%u\n  jf r%u, L%u\n", c, one_in(g, 8) ? rest : place, one_in(g, 8) ? at : mask, c, label + 1);
  new_block(b);
  account_word(b, one_word(b, first));
  emit(g, "L%u:\n", label + 1);
  new_block(b);
  for (uint32_t i = 0; i < 5; i++) account_word(b, first + i);
}

static void make_something(Body *b) {
  uint32_t type = random_type(b->g);
  make(b, destination(b, type), type);
}

/* Writes a condition and returns its register. */
static uint32_t condition(Body *b) {
  uint32_t x, y, to;
  switch (below(b->g, 5)) {
  case 0: return value(b, BOOL);
  case 1:
    x = value(b, NODE), y = value(b, NODE), to = destination(b, BOOL);
    emit(b->g, "  eq_p r%u, p%u, p%u\n", to, x, y);
    return to;
  case 2:
    x = value(b, F64), y = value(b, F64), to = destination(b, BOOL);
    emit(b->g, "  %s r%u, r%u, r%u\n", one_in(b->g, 2) ? "lt_f" : "le_f", to, x, y);
    return to;
  default: {
    uint32_t type = below(b->g, 2);
    x = value(b, type), y = fresh(b, type);
    if (x == y) x = value(b, type);
    constant(b, y, type);
    to = destination(b, BOOL);
    if (type_of(&b->bank[0], x) != type) x = y;
    if (type_of(&b->bank[0], y) != type) y = x;
    if (type_of(&b->bank[0], x) != type) return value(b, BOOL);
    emit(b->g, "  %s r%u, r%u, r%u\n", one_in(b->g, 2) ? "lt_s" : one_in(b->g, 2) ? "eq_i" : "le_s", to, x, y);
    return to;
  }
  }
}

static void compare(Body *b) { condition(b); }

/* Puts a `type` into register `to` of a window: a copy, or made there. */
static void argument(Body *b, uint32_t type, uint32_t to) {
  Bank *k = &b->bank[bank_of(type)];
  int32_t from = -1;
  for (uint32_t i = 0, n = k->count + TEMPS, at = below(b->g, n); i < n && from < 0; i++, at = (at + 1) % n)
    if (type_of(k, at) == type && at != to) from = (int32_t)at;
  if (from >= 0 && !one_in(b->g, 5)) copy(b, type, to, (uint32_t)from);
  else if (type == INTS) { /* its length must not go into the window */
    emit(b->g, "  ldnull p%u, Ints\n", to);
  } else make(b, to, type);
  k->temps[to - k->count] = (uint8_t)type;
}

/* Leaves values where the locals of `s`, which are 0 or null, are going to be; arguments may be copied from there. */
static void litter(Body *b, const Signature *s, const uint32_t window[2]) {
  uint32_t params[2] = {0, 0}, type;
  for (uint32_t i = 0; i < s->count; i++) params[bank_of(s->params[i])]++;
  for (uint32_t i = 0; i < 4; i++) {
    type = i < s->count ? s->params[i] : one_in(b->g, 4) ? NODE : below(b->g, 2) ? I32 : I64;
    int k = bank_of(type);
    uint32_t to = window[k] + params[k] + i;
    if (type == INTS) continue; /* its length needs a register */
    make(b, to, type);
    b->bank[k].temps[to - b->bank[k].count] = (uint8_t)type;
  }
}

static void call(Body *b) {
  uint32_t behind = b->g->count - b->self - 1;
  if (!behind || !b->calls) return;
  uint32_t callee = b->self + 1 + below(b->g, b->g->functions[b->self].result == NOTHING || one_in(b->g, 4) ? behind : (behind + 1) / 2);
  const Signature *s = &b->g->functions[callee];
  uint32_t window[2], next[2];
  for (uint32_t i = 0; i < s->count; i++)
    if (s->params[i] == INTS) (void)value(b, INTS);
  for (int k = 0; k < 2; k++) {
    uint32_t used = 0;
    while (used < TEMPS - 20 && b->bank[k].temps[used] != NOTHING) used++;
    window[k] = next[k] = b->bank[k].count + (one_in(b->g, 3) ? below(b->g, 6) : used + (used < TEMPS - 80 && one_in(b->g, 12) ? 40 : below(b->g, 2)));
  }
  if (one_in(b->g, 3)) litter(b, s, window);
  for (uint32_t i = 0; i < s->count; i++) {
    int k = bank_of(s->params[i]);
    argument(b, s->params[i], next[k]++);
  }
  if (one_in(b->g, 6)) increment(b); /* may change what was copied */
  for (uint32_t i = 0, at[2] = {window[0], window[1]}; i < s->count; i++) { /* unless it hit the window itself */
    int k = bank_of(s->params[i]);
    if (type_of(&b->bank[k], at[k]) != s->params[i]) argument(b, s->params[i], at[k]);
    at[k]++;
  }
  emit(b->g, "  call r%u, p%u, %c%u\n", window[0], window[1], s->letter, s->number);
  b->calls--;
  for (int k = 0; k < 2; k++) forget_from(&b->bank[k], window[k]);
  if (s->result == NOTHING) return;
  int k = bank_of(s->result);
  b->bank[k].temps[window[k] - b->bank[k].count] = s->result;
  if (!one_in(b->g, 4)) copy(b, s->result, destination(b, s->result), window[k]);
}

static void give_back(Body *b) {
  uint32_t type = b->g->functions[b->self].result;
  if (type == NOTHING) emit(b->g, "  ret\n");
  else {
    if (one_in(b->g, 3) && !b->depth) call(b);
    uint32_t reg = value(b, type);
    emit(b->g, bank_of(type) ? "  retp p%u\n" : "  retr r%u\n", reg);
  }
  new_block(b);
}

static void branch(Body *b) {
  uint32_t c = condition(b), label = b->g->labels++;
  emit(b->g, "  %s r%u, L%u\n", one_in(b->g, 2) ? "jt" : "jf", c, label);
  new_block(b);
  statements(b, 1 + below(b->g, 2));
  if (one_in(b->g, 2)) give_back(b);
  emit(b->g, "L%u:\n", label);
  new_block(b);
}

static void null_branch(Body *b) {
  uint32_t p = value(b, NODE), label = b->g->labels++;
  emit(b->g, "  %s p%u, L%u\n", one_in(b->g, 2) ? "jnull" : "jnnull", p, label);
  new_block(b);
  statements(b, 1);
  if (one_in(b->g, 2)) give_back(b);
  emit(b->g, "L%u:\n", label);
  new_block(b);
}

static void choice(Body *b) {
  uint32_t x = value(b, I32), n = 2 + below(b->g, 2), label = b->g->labels;
  b->g->labels += n + 1;
  emit(b->g, "  switch r%u, %u\n", x, n);
  for (uint32_t i = 0; i < n; i++) emit(b->g, "  jmp L%u\n", label + i);
  for (uint32_t i = 0; i < n; i++) {
    new_block(b);
    statements(b, 1);
    if (one_in(b->g, 2)) give_back(b);
    else emit(b->g, "  jmp L%u\n", label + n);
    emit(b->g, "L%u:\n", label + i);
  }
  new_block(b);
  emit(b->g, "L%u:\n", label + n);
}

/* The last two raw locals count loops. */
static void loop(Body *b) {
  uint32_t counter = b->bank[0].count - 1 - (b->depth > 0), label = b->g->labels++;
  if (b->depth > 1 || counter < b->words + 5) return;
  emit(b->g, "  ldi r%u, 0, i32\nL%u:\n", counter, label);
  new_block(b);
  b->depth++;
  statements(b, 2 + below(b->g, 3));
  if (one_in(b->g, 2)) call(b);
  b->depth--;
  uint32_t n = fresh(b, I32), c = n;
  while (c == n) c = fresh(b, BOOL);
  emit(b->g, "  ldi r%u, %u, i32\n  addi_i32 r%u, r%u, 1\n  lt_s r%u, r%u, r%u\n  jt r%u, L%u\n", n, 2 + below(b->g, 3), counter, counter, c, counter, n, c, label);
  new_block(b);
}

/* What happens to the global sum is what runs are compared by, besides the result. */
static void account(Body *b) {
  uint32_t type = below(b->g, 2), x = value(b, type), t = fresh(b, I64);
  if (type_of(&b->bank[0], x) != type) return;
  emit(b->g, "  getg r%u, sum\n", t);
  emit(b->g, "  xor r%u, r%u, r%u\n", t, t, type == I64 ? x : t);
  emit(b->g, "  addi_i64 r%u, r%u, %u\n  setg r%u, sum\n", t, t, below(b->g, 9), t);
}

/* A local that nobody has written, mostly: it is 0. */
static void look_at_local(Body *b) {
  const Bank *k = &b->bank[0];
  for (uint32_t i = k->params; i < k->count; i++)
    if (k->locals[i] == I64) {
      add_to_sum(b, i);
      return;
    }
}

/* A result without a name: it stays where the call left it, above all registers that instructions name here and in callers, until the next call takes it as its
 * argument; meanwhile objects move, and others get their places. */
static void hand_over(Body *b) {
  Gen *g = b->g;
  if (g->own == g->count || b->self % 5 != 4) return;
  uint32_t r = b->bank[0].count + TEMPS, p = b->bank[1].count + HIGH, x = fresh(b, I64), other = fresh(b, NODE);
  emit(g, "  ldi r%u, %u, i64\n  call r%u, p%u, make\n", r, 1 + below(g, 1000), r, p);
  for (int round = 0; round < 2; round++) {
    emit(g, "  ldi r%u, 0, i64\n  service r%u, r%u, gc_collect\n", x, x, x);
    for (int i = 0; i < 4; i++) emit(g, "  new p%u, Node\n", other);
  }
  emit(g, "  call r%u, p%u, weigh\n", r, p);
  add_to_sum(b, r);
}

static void collect(Body *b) { /* a function with this is not expanded */
  if (b->self % 5 != 4) return;
  uint32_t x = fresh(b, I64);
  emit(b->g, "  ldi r%u, 0, i64\n  service r%u, r%u, gc_collect\n", x, x, x);
}

static void statements(Body *b, uint32_t n) {
  static void (*const kinds[])(Body *) = {arithmetic, arithmetic, increment, move, move, field, field, float_pair, element, look_into, look_into, probe, make_something, compare,
                                          call, call, call, call, branch, branch, null_branch, choice, loop, account, collect, hand_over, look_at_local, bulk};
  for (; n && b->left; n--) {
    b->left--;
    kinds[below(b->g, sizeof kinds / sizeof kinds[0])](b);
  }
}

/* -- functions -- */

static void declare_locals(Body *b) {
  const Signature *s = &b->g->functions[b->self];
  for (uint32_t i = 0; i < s->count; i++) {
    Bank *k = &b->bank[bank_of(s->params[i])];
    k->locals[k->count++] = s->params[i];
    k->params = k->count;
  }
  uint32_t row = one_in(b->g, 4) ? 3 : 0; /* for `bulk` */
  for (uint32_t i = row + below(b->g, 5); i; i--) {
    uint32_t type = row ? row--, I32 : random_type(b->g);
    Bank *k = &b->bank[bank_of(type)];
    emit(b->g, "  local %c%u: %s\n", bank_of(type) ? 'p' : 'r', k->count, names[type]);
    k->locals[k->count++] = (uint8_t)type;
  }
  b->words = b->bank[0].count;
  for (uint32_t i = 0; i < 5; i++) {
    emit(b->g, "  local r%u: u32\n", b->bank[0].count);
    b->bank[0].locals[b->bank[0].count++] = NOTHING;
  }
  for (uint32_t i = b->self ? below(b->g, 3) : 2; i; i--) {
    emit(b->g, "  local r%u: i32\n", b->bank[0].count);
    b->bank[0].locals[b->bank[0].count++] = NOTHING; /* only loops use it */
  }
}

static void put_signature(Gen *g, const Signature *s) {
  emit(g, "(");
  for (uint32_t i = 0; i < s->count; i++) emit(g, "%s%s", i ? ", " : "", names[s->params[i]]);
  emit(g, s->result == NOTHING ? ")" : ") -> %s", names[s->result < TYPES ? s->result : 0]);
}

static void make_function(Gen *g, uint32_t self) {
  int is_main = !self && g->own == FUNCTIONS;
  Body b = {.g = g, .self = self, .left = !is_main ? 2 + below(g, one_in(g, 3) ? 12 : 5) : 25, .calls = is_main ? 8 : 1 + below(g, 2)};
  const Signature *s = &g->functions[self];
  emit(g, "\nfn %c%u", s->letter, s->number);
  put_signature(g, s);
  emit(g, " {\n");
  declare_locals(&b);
  new_block(&b);
  uint32_t error = 0, label = g->labels;
  int handles = self % 6 == 5 || is_main;
  if (handles) {
    emit(g, "  local p%u: Error\nL%u:\n", error = b.bank[1].count, label);
    b.bank[1].locals[b.bank[1].count++] = NOTHING;
    g->labels += 2;
  }
  hand_over(&b);
  if (self && one_in(g, 2)) bulk(&b);
  while (b.left) statements(&b, 4);
  give_back(&b);
  if (handles) { /* what is behind the handler sees the locals as they were */
    emit(g, "L%u:\n", label + 1);
    account(&b);
    if (is_main) emit(g, "  setgp p%u, last\n", error);
    give_back(&b);
    emit(g, "  handler L%u to L%u at L%u, p%u\n", label, label + 1, label + 1, error);
  }
  emit(g, "  temps %u, %u\n}\n", TEMPS + 8, self % 5 == 4 ? HIGH + 8 : TEMPS + 8);
}

static const char types[] = "type Node = struct { x: i64, next: Node, y: f64, mask: u32, items: Ints, cells: Cells }\ntype Ints = array[i32]\ntype Cells = array[u32]\nglobal sum: i64\nglobal last: Error\n";

static void random_signatures(Gen *g, char letter) {
  for (uint32_t i = 0; i < g->own; i++) {
    Signature *s = &g->functions[i];
    s->letter = letter;
    s->number = (uint8_t)i;
    s->count = (uint8_t)below(g, PARAMS);
    for (uint32_t k = 0; k < s->count; k++) s->params[k] = (uint8_t)random_type(g);
    if (one_in(g, 4)) memcpy(s->params, (uint8_t[PARAMS]){I32, I32, I32, INTS, INTS}, s->count = (uint8_t)(4 + below(g, 2))); /* for `bulk` */
    s->result = (uint8_t)below(g, TYPES + 1);
  }
}

static void make_library(Gen *g) {
  random_signatures(g, 'g');
  emit(g, "module library\n%sexport make\nexport weigh\nexport library_sum\n", types);
  for (uint32_t i = 0; i < g->own; i++) {
    emit(g, "export g%u\n", i);
    make_function(g, i);
  }
  emit(g, "\nfn make(i64) -> Node {\n  new p0, Node\n  setf p0, r0, x of Node\n  retp p0\n}\n"
          "fn weigh(Node) -> i64 {\n  getf r0, p0, x of Node\n  retr r0\n}\n"
          "fn library_sum() -> i64 {\n  getg r0, sum\n  retr r0\n}\n");
}

static void make_imports(Gen *g) {
  for (uint32_t i = g->own; i < g->count; i++) {
    emit(g, "import %c%u from library", g->functions[i].letter, g->functions[i].number);
    put_signature(g, &g->functions[i]);
    emit(g, "\n");
  }
  if (g->count > g->own) emit(g, "import make from library(i64) -> Node\nimport weigh from library(Node) -> i64\nimport library_sum from library() -> i64\n");
}

int gen_calls(uint64_t seed, CodeText *library, CodeText *out) {
  Gen g = {.text = {seed, out}, .own = FUNCTIONS, .count = FUNCTIONS};
  random_signatures(&g, 'f');
  g.functions[0].count = 0;
  g.functions[0].result = I64;
  if (!one_in(&g, 4)) {
    Gen lib = {.text = {random64(&g.text), library}, .own = LIBRARY_FUNCTIONS, .count = LIBRARY_FUNCTIONS};
    make_library(&lib);
    memcpy(g.functions + FUNCTIONS, lib.functions, LIBRARY_FUNCTIONS * sizeof lib.functions[0]);
    g.count += LIBRARY_FUNCTIONS;
  }
  emit(&g, "module calls\nentry f0\n%s", types);
  make_imports(&g);
  emit(&g, "export f0\n");
  for (uint32_t i = 0; i < FUNCTIONS; i++) make_function(&g, i);
  emit(&g, "\nfn total() -> i64 {\n");
  if (g.count > g.own) emit(&g, "  call r0, p0, library_sum\n");
  else emit(&g, "  ldi r0, 0, i64\n");
  emit(&g, "  getg r1, sum\n  xor r0, r0, r1\n  retr r0\n}\nexport total\n");
  return !out->bytes.failed && !library->bytes.failed;
}
