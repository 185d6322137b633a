/* intrinsic.c -- the extern functions of the prelude: one table from name to instruction (docs/internals/lowering.md). */
#include "lower.h"

#include <string.h>

/* How the arguments and the result become operands. */
typedef enum Shape {
  S_R,   /* op result, a, b, c in the order given */
  S_N,   /* no result: op a, b, c */
  S_W,   /* window: raw arguments at a, references at b */
  S_X    /* by a function of its own */
} Shape;

typedef struct Intrinsic {
  const char *name;
  uint16_t raw_op, ref_op; /* ref_op: when the last argument's or the result's type T is a reference; 0: the same */
  uint8_t shape;
} Intrinsic;

static const Intrinsic table[] = {
    {"__alen", OP_ALEN, 0, S_R},           {"__aget", OP_AGET, OP_AGETP, S_R},     {"__aset", OP_ASET, OP_ASETP, S_N},      {"__acopy", OP_ACOPY, 0, S_W},
    {"__afill", OP_AFILL, OP_AFILLP, S_W}, {"__amark", OP_AMARK, 0, S_R},          {"__aset_mark", OP_ASET_MARK, 0, S_N},   {"__load16", OP_LOAD16, 0, S_R},
    {"__load32", OP_LOAD32, 0, S_R},       {"__load64", OP_LOAD64, 0, S_R},        {"__store16", OP_STORE16, 0, S_N},       {"__store32", OP_STORE32, 0, S_N},
    {"__store64", OP_STORE64, 0, S_N},     {"__llen", OP_LLEN, 0, S_R},            {"__lget", OP_LGET, OP_LGETP, S_R},      {"__lset", OP_LSET, OP_LSETP, S_N},
    {"__lset_len", OP_LSET_LEN, 0, S_N},   {"__lpush", OP_LPUSH, OP_LPUSHP, S_R},  {"__lset_data", OP_LSET_DATA, 0, S_N},   {"__slen", OP_SLEN, 0, S_R},
    {"__sbyte", OP_SBYTE, 0, S_R},         {"__sdata", OP_SDATA, 0, S_R},          {"__soffset", OP_SOFFSET, 0, S_R},       {"__shash", OP_SHASH, 0, S_R},
    {"__sset_hash", OP_SSET_HASH, 0, S_N}, {"__clz", OP_CLZ, 0, S_R},              {"__ctz", OP_CTZ, 0, S_R},               {"__popcnt", OP_POPCNT, 0, S_R},
    {"__mulhi", OP_MULHI_U64, 0, S_R},     {"__bits_f64", OP_BITS_F64, 0, S_R},    {"__from_bits", OP_FROM_BITS, 0, S_R},   {"__bits_f32", OP_BITS_F32, 0, S_R},
    {"__from_bits32", OP_FROM_BITS32, 0, S_R}, {"__sqrt", OP_SQRT_F64, 0, S_R},    {"__floor", OP_FLOOR_F64, 0, S_R},       {"__ceil", OP_CEIL_F64, 0, S_R},
    {"__trunc", OP_TRUNC_F64, 0, S_R},     {"__abs", OP_ABS_F64, 0, S_R},          {"__same", OP_EQ_I, OP_EQ_P, S_R},       {"__handle_new", OP_HANDLE_NEW, 0, S_R},
    {"__handle_get", OP_HANDLE_GET, 0, S_R}, {"__handle_release", OP_HANDLE_RELEASE, 0, S_R}, {"__weak_get", OP_WEAK_GET, 0, S_R},
};

static const struct { const char *name; uint8_t number; } services[] = {
#define SERVICE(NAME, number, meaning) {#NAME, number},
#include "objects.def"
};

static const struct { const char *name; uint8_t id; } kernel_calls[] = {
#define KERNEL_CALL(name, id, domain, letters, names, errors, result, meaning) {#name, id},
#include "kernel.idl"
};

static int same_letters(const char *lower, const char *upper) {
  for (; *lower && *upper; lower++, upper++)
    if (*lower != *upper && *lower - 'a' + 'A' != *upper) return 0;
  return !*lower && !*upper;
}

/* -- intrinsics with rules of their own -- */

static Val push(Fn *f, Node *at, Val *args) {
  Val list = args[0], v = args[1];
  if (list.reg & REG_TEMP) list = lower_hide(f, list);
  if (v.reg & REG_TEMP) v = lower_hide(f, v);
  Label done;
  label_open(&done);
  int had_room = emit_temp(&f->e, 1);
  mark_place(f, at);
  emit(&f->e, lower_is_raw(f, v.type) ? OP_LPUSH : OP_LPUSHP, had_room, list.reg, v.reg);
  emit_jump(&f->e, OP_JT, had_room, &done);
  Val again[2] = {list, v};
  lower_helper(f, at, "__push_slow", v.type, again, 2, REG_NONE);
  label_place(&f->e, &done);
  return lower_void(f);
}

static Val make_error(Fn *f, Val *args, int dest) {
  Program0 *p = PROGRAM(f);
  int to = emit_temp(&f->e, 0);
  emit(&f->e, OP_NEW, to, 0, TYPE_ERROR);
  emit(&f->e, OP_SETFP, to, args[1].reg, 0);
  emit(&f->e, OP_SETFP, to, args[2].reg, 3);
  emit(&f->e, OP_SETF, to, args[0].reg, 4);
  return lower_put(f, (Val){p->error, to}, dest);
}

static Val type_name(Fn *f, Node *at, Val v, int dest) {
  Program0 *p = PROGRAM(f);
  if (v.type != p->any) return lower_string(f, name_lit(f->c, type_text(f->c, v.type)), dest);
  int to = lower_target(f, p->string, dest);
  mark_place(f, at);
  emit(&f->e, OP_TYPE_NAME, to, v.reg, 0);
  return (Val){p->string, to};
}

/* Multiplicative hashing (Knuth, TAOCP 3, 6.4) of an integer, in place; everything else has a method. The factor: compiler/lower/intrinsic.orus. */
static Val hash_of(Fn *f, Node *at, Val *args, int dest) {
  Program0 *p = PROGRAM(f);
  Type *t = args[0].type, *u64 = p->raw[TYPE_U64];
  if (!lower_is_raw(f, t) || (t->tag == TY_RAW && (t->raw == TYPE_F32 || t->raw == TYPE_F64))) return lower_operation(f, at, "hash", args, 1, dest);
  Val factor = lower_int(f, u64, 0x2DA42B9727730F6B, REG_NONE), product = {u64, emit_temp(&f->e, 1)};
  emit(&f->e, OP_MUL_U64, product.reg, args[0].reg, factor.reg);
  Val shift = lower_int(f, p->raw[TYPE_I32], 32, REG_NONE);
  int high = emit_temp(&f->e, 1), to = lower_target(f, p->raw[TYPE_U32], dest);
  emit(&f->e, OP_SHR_U64, high, product.reg, shift.reg);
  emit(&f->e, OP_CAST, to, high, TYPE_U32);
  return (Val){p->raw[TYPE_U32], to};
}

static Val order(Fn *f, Node *at, Val *args, int dest) { return lower_operation(f, at, "compare", args, 2, dest); }

static Val convert(Fn *f, unsigned op, Val v, Type *t, int c, int dest) {
  int to = lower_target(f, t, dest);
  emit(&f->e, op, to, v.reg, c);
  return (Val){t, to};
}

static void fill(Fn *f, Val *args, uint32_t count, int *raw_base, int *ref_base);

/* Null in slots of references, so that nothing is kept alive by them; raw values keep nothing alive. */
static Val clear(Fn *f, Node *at, int is_list, Val *args) {
  Type *element = args[0].type->args[0];
  if (lower_is_raw(f, element)) return lower_void(f);
  int null = emit_temp(&f->e, 0), rt, pt;
  emit(&f->e, OP_LDNULL, null, (int)type_machine(f->c, element), 0);
  mark_place(f, at);
  if (is_list) emit(&f->e, OP_LSETP, args[0].reg, args[1].reg, null);
  else {
    Val all[4] = {args[0], args[1], args[2], {element, null}};
    fill(f, all, 4, &rt, &pt);
    emit(&f->e, OP_AFILLP, rt, pt, 0);
  }
  return lower_void(f);
}

static int special(Fn *f, Node *at, const char *name, Val *args, Type *result, int dest, Val *v) {
  Program0 *p = PROGRAM(f);
  if (!strcmp(name, "__push")) *v = push(f, at, args);
  else if (!strcmp(name, "__lclear") || !strcmp(name, "__aclear")) *v = clear(f, at, name[2] == 'l', args);
  else if (!strcmp(name, "__error")) *v = make_error(f, args, dest);
  else if (!strcmp(name, "__show")) *v = lower_show(f, at, args[0], 0, dest);
  else if (!strcmp(name, "__repr")) *v = lower_show(f, at, args[0], 1, dest);
  else if (!strcmp(name, "__eq")) *v = lower_operation(f, at, "eq", args, 2, dest);
  else if (!strcmp(name, "__compare")) *v = order(f, at, args, dest);
  else if (!strcmp(name, "__hash")) *v = hash_of(f, at, args, dest);
  else if (!strcmp(name, "__type_name")) *v = type_name(f, at, args[0], dest);
  else if (!strcmp(name, "__tag")) *v = lower_is_raw(f, args[0].type) ? lower_put(f, (Val){p->raw[TYPE_I32], args[0].reg}, dest) : convert(f, OP_TAG, args[0], p->raw[TYPE_I32], 0, dest);
  else if (!strcmp(name, "__char")) *v = convert(f, OP_CHK, args[0], p->raw[TYPE_CHAR], TYPE_CHAR, dest);
  else if (!strcmp(name, "__array_new")) *v = convert(f, OP_NEW_ARRAY, args[0], result, (int)type_machine(f->c, result), dest);
  else if (!strcmp(name, "__list_new")) *v = convert(f, OP_NEW_LIST, args[0], result, (int)type_machine(f->c, result), dest);
  else if (!strcmp(name, "__ldata")) *v = convert(f, OP_LDATA, args[0], result, (int)type_machine(f->c, result), dest);
  else if (!strcmp(name, "__weak_new")) *v = convert(f, OP_WEAK_NEW, args[0], result, (int)type_machine(f->c, result), dest);
  else if (!strcmp(name, "__null_any")) {
    *v = (Val){p->any, lower_target(f, p->any, dest)};
    emit(&f->e, OP_LDNULL, v->reg, TYPE_ANY, 0);
  } else if (!strcmp(name, "__texts")) {
    *v = (Val){result, lower_target(f, result, dest)};
    if (args[0].type->args[0] == p->string) emit(&f->e, OP_MOVP, v->reg, args[0].reg, 0);
    else emit(&f->e, OP_LDNULL, v->reg, (int)type_machine(f->c, result), 0);
  } else if (!strcmp(name, "__fma")) {
    int to = emit_temp(&f->e, 1);
    emit(&f->e, OP_MOV, to, args[2].reg, 0);
    emit(&f->e, OP_FMA_F64, to, args[0].reg, args[1].reg);
    *v = lower_put(f, (Val){p->raw[TYPE_F64], to}, dest);
  } else if (!strcmp(name, "__snew")) {
    int start = emit_temp(&f->e, 1), count = emit_temp(&f->e, 1), to = lower_target(f, p->string, dest);
    emit(&f->e, OP_MOV, start, args[1].reg, 0);
    emit(&f->e, OP_MOV, count, args[2].reg, 0);
    emit(&f->e, OP_SNEW, to, args[0].reg, start);
    *v = (Val){p->string, to};
  } else if (!strcmp(name, "__frame_function") || !strcmp(name, "__frame_file")) *v = convert(f, OP_FRAME_TEXT, args[0], p->string, !strcmp(name, "__frame_file"), dest);
  else if (!strcmp(name, "__frame_line") || !strcmp(name, "__frame_column")) *v = convert(f, OP_FRAME_NUMBER, args[0], p->raw[TYPE_I32], !strcmp(name, "__frame_column"), dest);
  else if (!strcmp(name, "__unreachable")) {
    emit(&f->e, OP_UNREACHABLE, 0, 0, 0);
    *v = (Val){p->never, REG_NONE};
  } else return 0;
  return 1;
}

/* -- windows: bulk operations and kernel calls -- */

static void fill(Fn *f, Val *args, uint32_t count, int *raw_base, int *ref_base) {
  *raw_base = REG_TEMP | (int)f->e.raw_temp;
  *ref_base = REG_TEMP | (int)f->e.ref_temp;
  int any_raw = 0, any_ref = 0;
  for (uint32_t i = 0; i < count; i++) {
    int is_raw = lower_is_raw(f, args[i].type);
    lower_put(f, args[i], emit_temp(&f->e, is_raw));
    any_raw |= is_raw;
    any_ref |= !is_raw;
  }
  if (!any_raw) emit_temp(&f->e, 1);
  if (!any_ref) emit_temp(&f->e, 0);
}

static Val kernel_call(Fn *f, Node *at, unsigned id, Val *args, uint32_t count, Type *result, int dest) {
  int rt, pt;
  fill(f, args, count, &rt, &pt);
  mark_place(f, at);
  emit(&f->e, OP_CALL_KERNEL, rt, pt, (int)id);
  if (result == PROGRAM(f)->void_) return lower_void(f);
  return lower_put(f, (Val){result, rt}, dest);
}

static Val row(Fn *f, Node *at, const Intrinsic *in, Val *args, uint32_t count, Type *result, int dest) {
  Type *t = count ? args[count - 1].type : result;
  int is_ref = in->ref_op && !strcmp(in->name, "__aget") + !strcmp(in->name, "__lget") ? !lower_is_raw(f, result) : in->ref_op && !lower_is_raw(f, t);
  unsigned op = is_ref ? in->ref_op : in->raw_op;
  int regs[3] = {0, 0, 0};
  mark_place(f, at);
  if (in->shape == S_W) {
    int rt, pt;
    fill(f, args, count, &rt, &pt);
    emit(&f->e, op, rt, pt, 0);
    return lower_void(f);
  }
  if (in->shape == S_N) {
    for (uint32_t i = 0; i < count; i++) regs[i] = args[i].reg;
    emit(&f->e, op, regs[0], regs[1], regs[2]);
    return lower_void(f);
  }
  for (uint32_t i = 0; i < count; i++) regs[i] = args[i].reg;
  int to = lower_target(f, result, dest);
  emit(&f->e, op, to, regs[0], regs[1]);
  return (Val){result, to};
}

Val lower_intrinsic(Fn *f, Node *at, Node *fn, Env *env, Val *args, uint32_t count, Type *result, int dest) {
  (void)env;
  const char *name = fn->name->text;
  Val v;
  if (count != fn->count) fail(f->c, node_place(f, at), "'%s' takes %u arguments, not %u", name, fn->count, count);
  if (special(f, at, name, args, result, dest, &v)) return v;
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
    if (!strcmp(table[i].name, name)) return row(f, at, &table[i], args, count, result, dest);
  for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
    if (!strncmp(name, "__service_", 10) && same_letters(name + 10, services[i].name)) return convert(f, OP_SERVICE, args[0], result, services[i].number, dest);
  for (size_t i = 0; i < sizeof kernel_calls / sizeof kernel_calls[0]; i++)
    if (!strcmp(kernel_calls[i].name, name)) return kernel_call(f, at, kernel_calls[i].id, args, count, result, dest);
  fail(f->c, node_place(f, at), "there is no intrinsic '%s'", name);
}
