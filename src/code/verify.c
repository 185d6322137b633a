/* verify.c -- see verify.h.  The pass keeps, for each bank, the declared types of locals and, for temporaries, the type last written and a bit that says
 * whether it is valid here.  Operands are checked by format from the opcode table; opcodes with flag S have a rule of their own below. */
#include "code/verify.h"
#include "code/opcode.h"
#include "code/packed.h"
#include "kernel/kcall.h"

#include <string.h>

enum { SET_WORDS = (FILE_LIMIT_REGISTERS + 63) / 64 };

typedef struct Bank {
  const uint32_t *local_types;
  uint32_t locals, total;
  uint32_t high; /* valid temporaries are below */
  uint32_t types[FILE_LIMIT_REGISTERS];
  uint64_t valid[SET_WORDS];
} Bank;

typedef struct Verifier {
  const OrbcModule *m;
  const OrbcFunction *f;
  const OrbcHandler *handlers;
  const uint64_t *code;
  LoadReport *report;
  uint32_t *notes; /* of this function, or NULL */
  const VerifyObserver *observer; /* or NULL */
  uint64_t grants;
  uint32_t pc;
  Bank raw, ref;
  uint64_t blocks[]; /* bit per instruction: a block starts here */
} Verifier;

static int refuse(Verifier *v, LoadError error, const char *detail) {
  *v->report = (LoadReport){error, ORBC_CODE, v->f ? v->f->first_code + v->pc : ORBC_NONE, detail};
  return 0;
}

/* -- types -- */

static int is_ref_type(const OrbcModule *m, uint32_t type) {
  return (type > TYPE_LAST_RAW && type <= TYPE_LAST_BUILTIN) || (type >= ORBC_FIRST_MODULE_TYPE && type - ORBC_FIRST_MODULE_TYPE < m->types_count);
}

static const OrbcType *type_of_kind(const OrbcModule *m, uint32_t type, uint32_t kind) {
  if (type < ORBC_FIRST_MODULE_TYPE || type - ORBC_FIRST_MODULE_TYPE >= m->types_count) return NULL;
  const OrbcType *t = orbc_type(m, type);
  return t->kind == kind ? t : NULL;
}

/* IMPLS is sorted by type, then trait. */
static int implements(const OrbcModule *m, uint32_t type, uint32_t trait) {
  uint32_t low = 0, high = m->impls_count;
  while (low < high) {
    uint32_t mid = low + (high - low) / 2;
    const OrbcImpl *i = &m->impls[mid];
    if (i->type == type && i->trait == trait) return 1;
    if (i->type < type || (i->type == type && i->trait < trait)) low = mid + 1;
    else high = mid;
  }
  return 0;
}

static int assignable(const OrbcModule *m, uint32_t from, uint32_t to) {
  if (from == to || to == TYPE_ANY) return 1;
  const OrbcType *t;
  if ((t = type_of_kind(m, from, KIND_VARIANT)) && t->of == to) return 1;
  if ((t = type_of_kind(m, from, KIND_CLOSURE)) && t->of == to) return 1;
  return type_of_kind(m, to, KIND_TRAIT) && implements(m, from, to);
}

/* Element type of an array or list type; 0 when it is none. */
static uint32_t element_of(const OrbcModule *m, uint32_t type, uint32_t kind) {
  if (kind == KIND_ARRAY && type == TYPE_BYTES) return TYPE_U8;
  if (kind == KIND_ARRAY && type == TYPE_LONGS) return TYPE_I64;
  const OrbcType *t = type_of_kind(m, type, kind);
  return t ? t->of : 0;
}

/* Type of field `index` of record type `type`; 0 when there is none. */
static uint32_t field_of(const OrbcModule *m, uint32_t type, uint32_t index) {
  static const uint8_t error_fields[] = {
#define ERROR_FIELD(name, number, type, meaning) [number] = TYPE_##type,
#include "objects.def"
  };
  if (type == TYPE_ERROR) return index < sizeof error_fields ? error_fields[index] : 0;
  if (type < ORBC_FIRST_MODULE_TYPE) return 0;
  const OrbcType *t = orbc_type(m, type);
  if (t->kind != KIND_STRUCT && t->kind != KIND_VARIANT && t->kind != KIND_CLOSURE) return 0;
  return index < t->items ? m->items[t->first_item + index].type : 0;
}

static void note(Verifier *v, uint32_t bits) {
  if (v->notes) v->notes[v->pc] |= bits;
}

/* -- registers -- */

static void invalidate_from(Bank *bank, uint32_t first) {
  if (first >= bank->high) return;
  uint32_t word = first / 64;
  bank->valid[word] &= ((uint64_t)1 << first % 64) - 1;
  for (word++; word * 64 < bank->high; word++) bank->valid[word] = 0;
  bank->high = first;
}

static uint32_t observe(Verifier *v, const Bank *bank, uint32_t reg, uint32_t type) {
  if (v->observer) v->observer->read(v->observer->ctx, v->f->first_code + v->pc, bank == &v->ref, reg, type);
  return type;
}

/* The type of a register that is read, or 0 after refusing. */
static uint32_t read_register(Verifier *v, Bank *bank, uint32_t reg) {
  if (reg < bank->locals) return observe(v, bank, reg, bank->local_types[reg]);
  if (reg >= bank->total) return (uint32_t)refuse(v, LOAD_BAD_INDEX, "register");
  if (!(bank->valid[reg / 64] >> reg % 64 & 1)) return (uint32_t)refuse(v, LOAD_UNINITIALISED, "temporary");
  return observe(v, bank, reg, bank->types[reg]);
}

static int write_register(Verifier *v, Bank *bank, uint32_t reg, uint32_t type) {
  if (reg >= bank->total) return refuse(v, LOAD_BAD_INDEX, "register");
  if (reg < bank->locals) {
    int fits = bank == &v->raw ? bank->local_types[reg] == type : assignable(v->m, type, bank->local_types[reg]);
    return fits ? 1 : refuse(v, LOAD_BAD_TYPE, "the local has another type");
  }
  bank->types[reg] = type;
  bank->valid[reg / 64] |= (uint64_t)1 << reg % 64;
  if (reg >= bank->high) bank->high = reg + 1;
  return 1;
}

static uint32_t read_raw(Verifier *v, uint32_t reg) { return read_register(v, &v->raw, reg); }
static uint32_t read_ref(Verifier *v, uint32_t reg) { return read_register(v, &v->ref, reg); }
static int write_raw(Verifier *v, uint32_t reg, uint32_t type) { return write_register(v, &v->raw, reg, type); }
static int write_ref(Verifier *v, uint32_t reg, uint32_t type) { return write_register(v, &v->ref, reg, type); }

static int read_raw_as(Verifier *v, uint32_t reg, uint32_t type) {
  uint32_t have = read_raw(v, reg);
  return have && (have == type || refuse(v, LOAD_BAD_TYPE, "raw operand"));
}

static int read_raw_class(Verifier *v, uint32_t reg, unsigned class) {
  uint32_t have = read_raw(v, reg);
  return have && ((raw_type_classes(have) & class) || refuse(v, LOAD_BAD_TYPE, "raw operand"));
}

static int read_ref_as(Verifier *v, uint32_t reg, uint32_t type) {
  uint32_t have = read_ref(v, reg);
  return have && (assignable(v->m, have, type) || refuse(v, LOAD_BAD_TYPE, "reference operand"));
}

/* -- operands by format -- */

static int check_operand(Verifier *v, unsigned format, uint32_t x, uint64_t w) {
  switch (format) {
  case FMT_NONE: return x == 0 || refuse(v, LOAD_BAD_OPCODE, "unused operand is not zero");
  case FMT_WR_I32: return write_raw(v, x, TYPE_I32);
  case FMT_WR_I64: return write_raw(v, x, TYPE_I64);
  case FMT_WR_U32: return write_raw(v, x, TYPE_U32);
  case FMT_WR_U64: return write_raw(v, x, TYPE_U64);
  case FMT_WR_U8: return write_raw(v, x, TYPE_U8);
  case FMT_WR_F64: return write_raw(v, x, TYPE_F64);
  case FMT_WR_F32: return write_raw(v, x, TYPE_F32);
  case FMT_WR_BOOL: return write_raw(v, x, TYPE_BOOL);
  case FMT_WR_LIKE: {
    uint32_t like = read_raw(v, insn_b(w));
    return like && write_raw(v, x, like);
  }
  case FMT_RR_I32: return read_raw_as(v, x, TYPE_I32);
  case FMT_RR_U32: return read_raw_as(v, x, TYPE_U32);
  case FMT_RR_BOOL: return read_raw_as(v, x, TYPE_BOOL);
  case FMT_RR_S: return read_raw_class(v, x, CLASS_S);
  case FMT_RR_U: return read_raw_class(v, x, CLASS_U);
  case FMT_RR_X: return read_raw_class(v, x, CLASS_X);
  case FMT_RR_F: return read_raw_class(v, x, CLASS_F);
  case FMT_RR_LIKE: {
    uint32_t like = read_raw(v, insn_b(w));
    return like && read_raw_as(v, x, like);
  }
  case FMT_WP_STR: return write_ref(v, x, TYPE_STRING);
  case FMT_WP_BYTES: return write_ref(v, x, TYPE_BYTES);
  case FMT_WP_HANDLE: return write_ref(v, x, TYPE_HANDLE);
  case FMT_RP_STR: return read_ref_as(v, x, TYPE_STRING);
  case FMT_RP_BYTES: return read_ref_as(v, x, TYPE_BYTES);
  case FMT_RP_ERR: return read_ref_as(v, x, TYPE_ERROR);
  case FMT_RP_HANDLE: return read_ref_as(v, x, TYPE_HANDLE);
  default: return 1; /* immediates, indexes and SPECIAL registers: the opcode's own rule */
  }
}

static int is_write(unsigned format) {
  return (format >= FMT_WR_I32 && format <= FMT_WR) || format == FMT_WP || (format >= FMT_WP_STR && format <= FMT_WP_HANDLE);
}

/* -- calls -- */

static const OrbcType *function_type(const OrbcModule *m, uint32_t function, int *is_closure) {
  *is_closure = 0;
  if (function < m->imports_count) return orbc_type(m, m->imports[function].type);
  function -= m->imports_count;
  if (function >= m->functions_count) return NULL;
  OrbcSignature f = orbc_signature(m, function);
  *is_closure = f.closure != 0;
  return orbc_type(m, f.type);
}

/* Arguments from raw `a` and reference `b` + skip on; then the temporaries from the window on die and the results stand at `a` and `b`. */
static int check_window(Verifier *v, const OrbcType *fn, uint32_t a, uint32_t b, uint32_t skip) {
  const OrbcModule *m = v->m;
  const OrbcItem *items = m->items + fn->first_item;
  if (a < v->raw.locals || b < v->ref.locals || a > v->raw.total || b > v->ref.total)
    return refuse(v, LOAD_BAD_INDEX, "a window must start in the temporaries");
  uint32_t raw = a, ref = b + skip;
  for (uint32_t i = 0; i < fn->number; i++)
    if (!(is_raw_type(items[i].type) ? read_raw_as(v, raw++, items[i].type) : read_ref_as(v, ref++, items[i].type))) return 0;
  invalidate_from(&v->raw, a);
  invalidate_from(&v->ref, b);
  raw = a, ref = b;
  for (uint32_t i = fn->number; i < fn->items; i++)
    if (!(is_raw_type(items[i].type) ? write_raw(v, raw++, items[i].type) : write_ref(v, ref++, items[i].type))) return 0;
  return 1;
}

static int check_call(Verifier *v, unsigned op, uint32_t a, uint32_t b, uint32_t c) {
  const OrbcModule *m = v->m;
  if (op == OP_CALL) {
    int is_closure;
    const OrbcType *fn = function_type(m, c, &is_closure);
    if (!fn) return refuse(v, LOAD_BAD_INDEX, "function");
    if (is_closure) return refuse(v, LOAD_BAD_TYPE, "the body of a closure is called through the closure");
    return check_window(v, fn, a, b, 0);
  }
  if (op == OP_CALL_FN) {
    const OrbcType *fn = type_of_kind(m, c, KIND_FN);
    if (!fn) return refuse(v, LOAD_BAD_TYPE, "function type");
    return read_ref_as(v, b, c) && check_window(v, fn, a, b, 1);
  }
  uint32_t receiver = read_ref(v, b);
  if (!receiver) return 0;
  const OrbcType *trait = type_of_kind(m, receiver, KIND_TRAIT);
  if (!trait || c >= trait->items) return refuse(v, LOAD_BAD_TYPE, "method");
  note(v, receiver);
  return check_window(v, orbc_type(m, m->items[trait->first_item + c].type), a, b, 1);
}

/* Integers and, for each buffer, offset and count in the raw window; strings and arrays in the reference window (spec/kernel.idl). */
static int check_kernel_call(Verifier *v, uint32_t a, uint32_t b, uint32_t id) {
  if (id == 0 || id >= KCALL_END || kernel_call_info[id].params[0] == '-') return refuse(v, LOAD_BAD_INDEX, "kernel call");
  if (!(v->grants >> kernel_call_info[id].domain & 1)) return refuse(v, LOAD_NOT_GRANTED, "kernel call");
  if (a < v->raw.locals || b < v->ref.locals || a > v->raw.total || b > v->ref.total) return refuse(v, LOAD_BAD_INDEX, "a window must start in the temporaries");
  uint32_t raw = a, ref = b;
  for (const char *p = kernel_call_info[id].params; *p; p++) {
    uint32_t integers = *p == 's' ? 0 : *p == 'i' || *p == 'h' ? 1 : 2;
    for (; integers; integers--)
      if (!read_raw_as(v, raw++, TYPE_I64)) return 0;
    if (*p == 's' && !read_ref_as(v, ref++, TYPE_STRING)) return 0;
    if ((*p == 'r' || *p == 'w') && !read_ref_as(v, ref++, TYPE_BYTES)) return 0;
    if (*p == 'l' && !read_ref_as(v, ref++, TYPE_LONGS)) return 0;
  }
  invalidate_from(&v->raw, a);
  invalidate_from(&v->ref, b);
  return write_raw(v, a, TYPE_I64);
}

static int check_return(Verifier *v, unsigned op, uint32_t a, uint32_t b) {
  const OrbcModule *m = v->m;
  const OrbcType *fn = orbc_type(m, v->f->type);
  uint32_t results = fn->items - fn->number;
  const OrbcItem *items = m->items + fn->first_item + fn->number;
  if (op == OP_RET) return results == 0 || refuse(v, LOAD_BAD_TYPE, "results are missing");
  if (op == OP_RETN) {
    for (uint32_t i = 0; i < results; i++)
      if (!(is_raw_type(items[i].type) ? read_raw_as(v, a++, items[i].type) : read_ref_as(v, b++, items[i].type))) return 0;
    return 1;
  }
  if (results != 1 || is_raw_type(items[0].type) != (op == OP_RETR)) return refuse(v, LOAD_BAD_TYPE, "result");
  return op == OP_RETR ? read_raw_as(v, a, items[0].type) : read_ref_as(v, a, items[0].type);
}

/* -- opcodes with rules of their own -- */

static int is_integer_kind(uint32_t kind) { return kind >= TYPE_I8 && kind <= TYPE_U64; }

static int immediate_fits(uint32_t kind, int16_t value) {
  switch (kind) {
  case TYPE_I8: return value >= INT8_MIN && value <= INT8_MAX;
  case TYPE_U8: return value >= 0 && value <= UINT8_MAX;
  case TYPE_BOOL: return value == 0 || value == 1;
  case TYPE_U16: case TYPE_U32: case TYPE_U64: case TYPE_CHAR: return value >= 0; /* below the surrogates */
  default: return is_raw_type(kind);
  }
}

static int check_conversion(Verifier *v, unsigned op, uint32_t a, uint32_t kind) {
  int fits = op == OP_I2F ? kind == TYPE_F32 || kind == TYPE_F64 : is_integer_kind(kind) || (op == OP_CHK && kind == TYPE_CHAR);
  return fits ? write_raw(v, a, kind) : refuse(v, LOAD_BAD_TYPE, "kind");
}

static int check_global(Verifier *v, unsigned op, uint32_t a, uint32_t index) {
  const OrbcModule *m = v->m;
  int raw = op == OP_GETG || op == OP_SETG;
  if (index >= (raw ? m->globals_raw_count : m->globals_ref_count)) return refuse(v, LOAD_BAD_INDEX, "global");
  uint32_t type = raw ? m->globals_raw[index] : m->globals_ref[index];
  switch (op) {
  case OP_GETG: return write_raw(v, a, type);
  case OP_SETG: return read_raw_as(v, a, type);
  case OP_GETGP: return write_ref(v, a, type);
  default: return read_ref_as(v, a, type);
  }
}

static int check_switch(Verifier *v, uint32_t count) {
  if (v->f->code - v->pc - 1 <= count) return refuse(v, LOAD_BAD_JUMP, "the table of a switch leaves its function");
  for (uint32_t i = 1; i <= count; i++)
    if (insn_op(v->code[v->pc + i]) != OP_JMP) return refuse(v, LOAD_BAD_JUMP, "the table of a switch holds jumps only");
  return 1;
}

static int check_field(Verifier *v, unsigned op, uint32_t a, uint32_t b, uint32_t c) {
  int is_set = op == OP_SETF || op == OP_SETFP, wants_raw = op == OP_GETF || op == OP_SETF;
  uint32_t object = read_ref(v, is_set ? a : b);
  if (!object) return 0;
  uint32_t type = field_of(v->m, object, c);
  if (!type || is_raw_type(type) != wants_raw) return refuse(v, LOAD_BAD_TYPE, "field");
  note(v, object);
  switch (op) {
  case OP_GETF: return write_raw(v, a, type);
  case OP_GETFP: return write_ref(v, a, type);
  case OP_SETF: return read_raw_as(v, b, type);
  default: return read_ref_as(v, b, type);
  }
}

static int check_object(Verifier *v, unsigned op, uint32_t a, uint32_t b, uint32_t c) {
  const OrbcModule *m = v->m;
  const OrbcType *t;
  if (op == OP_NEW) {
    if (c != TYPE_ERROR && !type_of_kind(m, c, KIND_STRUCT) && !type_of_kind(m, c, KIND_VARIANT) && !type_of_kind(m, c, KIND_CLOSURE))
      return refuse(v, LOAD_BAD_TYPE, "type of a new object");
    return write_ref(v, a, c);
  }
  if (op == OP_BOX) {
    if (!(t = type_of_kind(m, c, KIND_BOX))) return refuse(v, LOAD_BAD_TYPE, "box type");
    return read_raw_as(v, b, t->of) && write_ref(v, a, c);
  }
  uint32_t from = read_ref(v, b);
  if (!from) return 0;
  switch (op) {
  case OP_TAG: return type_of_kind(m, from, KIND_ENUM) || type_of_kind(m, from, KIND_VARIANT) || refuse(v, LOAD_BAD_TYPE, "enum");
  case OP_AS_VARIANT:
    t = type_of_kind(m, c, KIND_VARIANT);
    return t && t->of == from ? write_ref(v, a, c) : refuse(v, LOAD_BAD_TYPE, "variant");
  case OP_CAST_REF: return is_ref_type(m, c) ? write_ref(v, a, c) : refuse(v, LOAD_BAD_TYPE, "type");
  case OP_IS_TYPE: return is_ref_type(m, c) || refuse(v, LOAD_BAD_TYPE, "type");
  case OP_UNBOX: return (t = type_of_kind(m, from, KIND_BOX)) ? write_raw(v, a, t->of) : refuse(v, LOAD_BAD_TYPE, "box");
  case OP_WEAK_GET: return (t = type_of_kind(m, from, KIND_WEAK)) ? write_ref(v, a, t->of) : refuse(v, LOAD_BAD_TYPE, "weak reference");
  case OP_WEAK_NEW:
    t = type_of_kind(m, c, KIND_WEAK);
    return t && assignable(m, from, t->of) ? write_ref(v, a, c) : refuse(v, LOAD_BAD_TYPE, "weak reference");
  default: return 1; /* TYPE_NAME */
  }
}

/* Element type of the array or list in reference register `reg`, which must be raw or not as said; 0 after refusing. */
static uint32_t read_elements(Verifier *v, uint32_t reg, uint32_t kind, int raw) {
  uint32_t type = read_ref(v, reg);
  if (!type) return 0;
  uint32_t element = element_of(v->m, type, kind);
  if (!element || is_raw_type(element) != raw) return (uint32_t)refuse(v, LOAD_BAD_TYPE, kind == KIND_ARRAY ? "array" : "list");
  note(v, element);
  return element;
}

static int read_any_array(Verifier *v, uint32_t reg, uint32_t kind) {
  uint32_t type = read_ref(v, reg);
  return type && (element_of(v->m, type, kind) || refuse(v, LOAD_BAD_TYPE, kind == KIND_ARRAY ? "array" : "list"));
}

static int check_element(Verifier *v, unsigned op, uint32_t a, uint32_t b, uint32_t c) {
  uint32_t e;
  switch (op) {
  case OP_AGET: return (e = read_elements(v, b, KIND_ARRAY, 1)) && write_raw(v, a, e);
  case OP_AGETP: return (e = read_elements(v, b, KIND_ARRAY, 0)) && write_ref(v, a, e);
  case OP_ASET: return (e = read_elements(v, a, KIND_ARRAY, 1)) && read_raw_as(v, c, e);
  case OP_ASETP: return (e = read_elements(v, a, KIND_ARRAY, 0)) && read_ref_as(v, c, e);
  case OP_LGET: return (e = read_elements(v, b, KIND_LIST, 1)) && write_raw(v, a, e);
  case OP_LGETP: return (e = read_elements(v, b, KIND_LIST, 0)) && write_ref(v, a, e);
  case OP_LSET: return (e = read_elements(v, a, KIND_LIST, 1)) && read_raw_as(v, c, e);
  case OP_LSETP: return (e = read_elements(v, a, KIND_LIST, 0)) && read_ref_as(v, c, e);
  case OP_LPUSH: return (e = read_elements(v, b, KIND_LIST, 1)) && read_raw_as(v, c, e);
  default: return (e = read_elements(v, b, KIND_LIST, 0)) && read_ref_as(v, c, e); /* LPUSHP */
  }
}

static int check_bulk(Verifier *v, unsigned op, uint32_t a, uint32_t b) {
  if (!read_raw_as(v, a, TYPE_I32) || !read_raw_as(v, a + 1, TYPE_I32)) return 0;
  if (op == OP_ACOPY) {
    uint32_t to = read_ref(v, b), from = to ? read_ref(v, b + 1) : 0;
    if (!from) return 0;
    if (to != from || !element_of(v->m, to, KIND_ARRAY)) return refuse(v, LOAD_BAD_TYPE, "arrays of one type");
    return read_raw_as(v, a + 2, TYPE_I32);
  }
  uint32_t e = read_elements(v, b, KIND_ARRAY, op == OP_AFILL);
  return e && (op == OP_AFILL ? read_raw_as(v, a + 2, e) : read_ref_as(v, b + 1, e));
}

static int check_array(Verifier *v, unsigned op, uint32_t a, uint32_t b, uint32_t c) {
  const OrbcModule *m = v->m;
  uint32_t list, array;
  switch (op) {
  case OP_NEW_ARRAY: return element_of(m, c, KIND_ARRAY) ? write_ref(v, a, c) : refuse(v, LOAD_BAD_TYPE, "array type");
  case OP_NEW_LIST: return element_of(m, c, KIND_LIST) ? write_ref(v, a, c) : refuse(v, LOAD_BAD_TYPE, "list type");
  case OP_ALEN: case OP_AMARK: return read_any_array(v, b, KIND_ARRAY);
  case OP_ASET_MARK: return read_any_array(v, a, KIND_ARRAY);
  case OP_LLEN: return read_any_array(v, b, KIND_LIST);
  case OP_LSET_LEN: return read_any_array(v, a, KIND_LIST);
  case OP_LDATA:
    if (!(list = read_ref(v, b))) return 0;
    list = element_of(m, list, KIND_LIST);
    return list && list == element_of(m, c, KIND_ARRAY) ? write_ref(v, a, c) : refuse(v, LOAD_BAD_TYPE, "array type of a list");
  case OP_LSET_DATA:
    if (!(list = read_ref(v, a)) || !(array = read_ref(v, b))) return 0;
    list = element_of(m, list, KIND_LIST);
    return (list && list == element_of(m, array, KIND_ARRAY)) || refuse(v, LOAD_BAD_TYPE, "array type of a list");
  case OP_ACOPY: case OP_AFILL: case OP_AFILLP: return check_bulk(v, op, a, b);
  default: return check_element(v, op, a, b, c);
  }
}

static int check_move(Verifier *v, unsigned op, uint32_t a, uint32_t b, uint32_t c, uint32_t wide) {
  uint32_t type;
  switch (op) {
  case OP_MOV: return (type = read_raw(v, b)) && write_raw(v, a, type);
  case OP_MOVP: return (type = read_ref(v, b)) && write_ref(v, a, type);
  case OP_LDI: return immediate_fits(c, (int16_t)b) ? write_raw(v, a, c) : refuse(v, LOAD_BAD_TYPE, "immediate");
  case OP_LDK: return wide < v->m->constants_count ? write_raw(v, a, v->m->constants[wide].type) : refuse(v, LOAD_BAD_INDEX, "constant");
  default: return is_ref_type(v->m, b) ? write_ref(v, a, b) : refuse(v, LOAD_BAD_TYPE, "type"); /* LDNULL */
  }
}

static int check_special(Verifier *v, unsigned op, uint64_t w) {
  uint32_t a = insn_a(w), b = insn_b(w), c = insn_c(w);
  switch (op) {
  case OP_MOV: case OP_MOVP: case OP_LDI: case OP_LDK: case OP_LDNULL: return check_move(v, op, a, b, c, insn_wide(w));
  case OP_GETG: case OP_SETG: case OP_GETGP: case OP_SETGP: return check_global(v, op, a, insn_wide(w));
  case OP_CHK: case OP_I2F: note(v, read_raw(v, b)); return check_conversion(v, op, a, c);
  case OP_CAST: case OP_F2I: return check_conversion(v, op, a, c);
  case OP_FMA_F64: return read_raw_as(v, a, TYPE_F64);
  case OP_EQ_P: return read_ref(v, b) && read_ref(v, c);
  case OP_IS_NULL: return read_ref(v, b) != 0;
  case OP_JNULL: case OP_JNNULL: return read_ref(v, a) != 0;
  case OP_SWITCH: return check_switch(v, insn_wide(w));
  case OP_CALL: case OP_CALL_FN: case OP_CALL_TRAIT: return check_call(v, op, a, b, c);
  case OP_CALL_KERNEL: return check_kernel_call(v, a, b, c);
  case OP_RET: case OP_RETR: case OP_RETP: case OP_RETN: return check_return(v, op, a, b);
  case OP_GETF: case OP_GETFP: case OP_SETF: case OP_SETFP: return check_field(v, op, a, b, c);
  case OP_SNEW: return read_raw_as(v, c, TYPE_I32) && read_raw_as(v, c + 1, TYPE_I32);
  default: return op >= OP_NEW_ARRAY && op <= OP_LSET_LEN ? check_array(v, op, a, b, c) : check_object(v, op, a, b, c);
  }
}

static int check_index(Verifier *v, unsigned op, uint64_t w) {
  if (opcode_info[op].b == FMT_CONSTS && insn_wide(w) >= v->m->string_ends_count) return refuse(v, LOAD_BAD_INDEX, "string");
  if (opcode_info[op].c != FMT_WHAT) return 1;
  return insn_c(w) < (op == OP_SERVICE ? SERVICE_COUNT : 2u) || refuse(v, LOAD_BAD_OPCODE, "selector");
}

/* Reads before writes: an instruction may overwrite its own operand. */
static int check_instruction(Verifier *v) {
  uint64_t w = v->code[v->pc];
  unsigned op = insn_op(w);
  const OpcodeInfo *info = &opcode_info[op];
  int wide = info->c == FMT_CONT;
  if ((info->flags & OPF_KERNEL) && !v->grants) return refuse(v, LOAD_NOT_GRANTED, info->name);
  if (!is_write(info->a) && !check_operand(v, info->a, insn_a(w), w)) return 0;
  if (!wide && (!check_operand(v, info->b, insn_b(w), w) || !check_operand(v, info->c, insn_c(w), w))) return 0;
  if (!check_index(v, op, w)) return 0;
  if ((info->flags & OPF_SPECIAL) && !check_special(v, op, w)) return 0;
  return !is_write(info->a) || check_operand(v, info->a, insn_a(w), w);
}

/* -- functions -- */

static void mark_block(Verifier *v, uint32_t pc) { v->blocks[pc / 64] |= (uint64_t)1 << pc % 64; }

/* Opcodes and jump targets: afterwards `blocks` says where blocks start. */
static int find_blocks(Verifier *v) {
  uint32_t n = v->f->code;
  memset(v->blocks, 0, (n / 64 + 1) * sizeof v->blocks[0]);
  for (v->pc = 0; v->pc < n; v->pc++) {
    uint64_t w = v->code[v->pc];
    unsigned op = insn_op(w);
    if (op >= OP_COUNT) return refuse(v, LOAD_BAD_OPCODE, "opcode");
    if ((opcode_info[op].flags & OPF_ENDS_BLOCK) && v->pc + 1 < n) mark_block(v, v->pc + 1);
    if (opcode_info[op].b != FMT_JUMP) continue;
    int64_t target = (int64_t)v->pc + 1 + (int32_t)insn_wide(w);
    if (target < 0 || target >= n) return refuse(v, LOAD_BAD_JUMP, "jump");
    mark_block(v, (uint32_t)target);
  }
  v->pc = n - 1;
  switch (insn_op(v->code[n - 1])) {
  case OP_JMP: case OP_RET: case OP_RETR: case OP_RETP: case OP_RETN: case OP_THROW: case OP_UNREACHABLE: break;
  default: return refuse(v, LOAD_BAD_JUMP, "control falls off the end");
  }
  for (uint32_t i = 0; i < v->f->handlers; i++) mark_block(v, v->handlers[i].target);
  return 1;
}

static void open_bank(Bank *bank, const uint32_t *types, uint32_t locals, uint32_t temps) {
  bank->local_types = types;
  bank->locals = locals;
  bank->total = locals + temps;
  bank->high = 0;
  memset(bank->valid, 0, sizeof bank->valid);
}

static int check_function(Verifier *v, const OrbcBody *body) {
  const OrbcFunction *f = v->f = body->row;
  const uint32_t *types = body->local_types;
  v->handlers = body->handlers;
  v->code = body->code;
  open_bank(&v->raw, types, f->raw_locals, f->raw_temps);
  open_bank(&v->ref, types + f->raw_locals, f->ref_locals, f->ref_temps);
  if (!find_blocks(v)) return 0;
  for (v->pc = 0; v->pc < f->code; v->pc++) {
    if (v->notes) v->notes[v->pc] = 0;
    if (v->pc == 0 || (v->blocks[v->pc / 64] >> v->pc % 64 & 1)) {
      note(v, NOTE_BLOCK);
      invalidate_from(&v->raw, 0);
      invalidate_from(&v->ref, 0);
    }
    if (!check_instruction(v)) return 0;
  }
  return 1;
}

/* Each function of an impl takes the implementing type first, then what the method takes. */
static int check_impl(Verifier *v, uint32_t row) {
  const OrbcModule *m = v->m;
  const OrbcImpl *impl = &m->impls[row];
  const OrbcType *trait = orbc_type(m, impl->trait);
  for (uint32_t i = 0; i < impl->functions; i++) {
    int is_closure;
    const OrbcType *have = function_type(m, m->impl_functions[impl->first_function + i], &is_closure);
    const OrbcType *want = orbc_type(m, m->items[trait->first_item + i].type);
    int same = !is_closure && have->number == want->number + 1 && have->items == want->items + 1 &&
               m->items[have->first_item].type == impl->type;
    for (uint32_t k = 0; same && k < want->items; k++) same = m->items[have->first_item + 1 + k].type == m->items[want->first_item + k].type;
    if (same) continue;
    *v->report = (LoadReport){LOAD_BAD_TYPE, ORBC_IMPLS, row, "function does not fit the method"};
    return 0;
  }
  return 1;
}

size_t verify_function_scratch(uint32_t instructions) { return sizeof(Verifier) + ((size_t)instructions / 64 + 1) * sizeof(uint64_t); }

size_t verify_scratch_size(const OrbcModule *module) {
  uint32_t longest = 0;
  for (uint32_t i = 0; i < module->functions_count; i++)
    if (module->functions[i].code > longest) longest = module->functions[i].code;
  return verify_function_scratch(longest);
}

/* `scratch` made a Verifier that has found nothing wrong yet. */
static Verifier *open_verifier(const OrbcModule *module, uint64_t grants, void *scratch, LoadReport *report) {
  Verifier *v = scratch;
  memset(v, 0, offsetof(Verifier, raw));
  v->m = module;
  v->report = report;
  v->grants = grants;
  *report = (LoadReport){LOAD_OK, ORBC_NONE, ORBC_NONE, ""};
  return v;
}

int verify_module(const OrbcModule *module, uint64_t grants, void *scratch, uint32_t *notes, LoadReport *report) {
  return verify_observed(module, grants, scratch, notes, NULL, report);
}

int verify_impls(const OrbcModule *module, void *scratch, LoadReport *report) {
  Verifier *v = open_verifier(module, 0, scratch, report);
  for (uint32_t i = 0; i < module->impls_count; i++)
    if (!check_impl(v, i)) return 0;
  return 1;
}

int verify_function(const OrbcModule *module, const OrbcBody *body, uint64_t grants, void *scratch, uint32_t *notes, LoadReport *report) {
  Verifier *v = open_verifier(module, grants, scratch, report);
  v->notes = notes;
  return check_function(v, body);
}

int verify_observed(const OrbcModule *module, uint64_t grants, void *scratch, uint32_t *notes, const VerifyObserver *observer, LoadReport *report) {
  if (!verify_impls(module, scratch, report)) return 0;
  Verifier *v = open_verifier(module, grants, scratch, report);
  v->observer = observer;
  for (uint32_t i = 0; i < module->functions_count; i++) {
    v->notes = notes ? notes + module->functions[i].first_code : NULL;
    OrbcBody body = orbc_body(module, i);
    if (!check_function(v, &body)) return 0;
  }
  return 1;
}
