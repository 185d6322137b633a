/* dis.c -- see dis.h.  Operands are printed by their format in the opcode table (operand.h); there is no second list of opcodes here.
 *
 * A name stands for a thing where the assembler would find that thing by it, else #number does.  What names mean is collected first.
 */
#include "code/dis.h"
#include "code/asm_lex.h"
#include "code/literal.h"
#include "code/operand.h"
#include "code/verify.h"
#include "kernel/kcall.h"

#include <string.h>

enum { NOBODY = 0, SEVERAL = (int)0x7fffffff }; /* else number + 1 */

struct Dis {
  GcMemory memory;
  const OrbcModule *m;
  CodeText *out;
  Intern texts, members, shapes, constants;
  CodeVec text_of;        /* uint32_t: number in `texts`, by string */
  CodeVec first_string;   /* uint32_t by text */
  CodeVec types, functions; /* uint32_t by text: NOBODY, SEVERAL or who has this name */
  CodeVec member_owners;  /* uint32_t by number in `members`: like them */
  CodeVec first_shapes;   /* uint32_t: type by number in `shapes` */
  CodeVec first_constants; /* uint32_t: row by number in `constants` */
  CodeVec key;            /* uint32_t */
  CodeVec notes;          /* uint32_t by row of CODE; empty when the verifier refuses the code */
  CodeVec labels;         /* char by instruction of the function: something refers to it */
};

static uint32_t at(const CodeVec *vec, size_t i) { return ((const uint32_t *)vec->rows)[i]; }

/* -- what names mean -- */

static int claim(CodeVec *owners, uint32_t name, uint32_t number) {
  if (name >= owners->count && !vec_add(owners, NULL, name + 1 - owners->count)) return 0;
  uint32_t *owner = &((uint32_t *)owners->rows)[name];
  *owner = *owner == NOBODY ? number + 1 : (uint32_t)SEVERAL;
  return 1;
}

/* Whether the assembler takes a name with this text for this very string. */
static int is_plain(const Dis *d, uint32_t string) { return at(&d->first_string, at(&d->text_of, string)) == string; }

static int owns(const Dis *d, const CodeVec *owners, uint32_t string, uint32_t number) {
  uint32_t text = at(&d->text_of, string);
  return is_plain(d, string) && text < owners->count && at(owners, text) == number + 1;
}

static int collect_strings(Dis *d) {
  for (uint32_t i = 0; i < d->m->string_ends_count; i++) {
    uint32_t n;
    const char *s = orbc_string(d->m, i, &n);
    uint32_t text = intern_add(&d->texts, n ? s : "", n);
    if (text == INTERN_NONE || !vec_add(&d->text_of, &text, 1)) return 0;
    if (text == d->first_string.count && !vec_add(&d->first_string, &i, 1)) return 0;
  }
  return 1;
}

static int collect_name(Dis *d, CodeVec *owners, uint32_t string, uint32_t number) {
  return !is_plain(d, string) || claim(owners, at(&d->text_of, string), number);
}

static int collect_members(Dis *d, uint32_t row) {
  const OrbcType *t = &d->m->types[row];
  for (uint32_t i = 0; i < t->items; i++) {
    uint32_t name = d->m->items[t->first_item + i].name, key[2] = {row, at(&d->text_of, name)};
    if (!name || !is_plain(d, name)) continue;
    uint32_t member = intern_add(&d->members, key, sizeof key);
    if (member == INTERN_NONE || !claim(&d->member_owners, member, i)) return 0;
  }
  return 1;
}

static int make_key(Dis *d, const OrbcType *t) {
  d->key.count = 0;
  vec_add(&d->key, &t->number, 1);
  for (uint32_t i = 0; i < t->items; i++) vec_add(&d->key, &d->m->items[t->first_item + i].type, 1);
  return !d->key.failed;
}

static int collect_shape(Dis *d, uint32_t row) {
  if (d->m->types[row].kind != KIND_FN) return 1;
  if (!make_key(d, &d->m->types[row])) return 0;
  uint32_t shape = intern_add(&d->shapes, d->key.rows, d->key.count * sizeof(uint32_t)), type = row + ORBC_FIRST_MODULE_TYPE;
  return shape != INTERN_NONE && (shape < d->first_shapes.count || vec_add(&d->first_shapes, &type, 1));
}

/* Fields and methods can be named where the verifier knows the type of the object. */
static int collect_notes(Dis *d, GcMemory memory) {
  LoadReport report;
  if (!d->m->code_count) return 1;
  size_t size = verify_scratch_size(d->m);
  void *scratch = memory.alloc(memory.ctx, size, 8);
  if (!scratch) return 0;
  int ok = vec_add(&d->notes, NULL, d->m->code_count) != NULL;
  if (ok && !verify_module(d->m, ~(uint64_t)0, scratch, d->notes.rows, &report)) d->notes.count = 0;
  memory.free(memory.ctx, scratch, size, 8);
  return ok;
}

static int collect(Dis *d, GcMemory memory) {
  const OrbcModule *m = d->m;
  if (!collect_strings(d)) return 0;
  for (uint32_t i = 0; i < m->types_count; i++)
    if (!collect_name(d, &d->types, m->types[i].name, i) || !collect_members(d, i) || !collect_shape(d, i)) return 0;
  for (uint32_t i = 0; i < m->imports_count; i++)
    if (!collect_name(d, &d->functions, m->imports[i].name, i)) return 0;
  for (uint32_t i = 0; i < m->functions_count; i++)
    if (!collect_name(d, &d->functions, m->functions[i].name, m->imports_count + i)) return 0;
  for (uint32_t i = 0; i < m->constants_count; i++) {
    uint32_t constant = intern_add(&d->constants, &m->constants[i], sizeof m->constants[i]);
    if (constant == INTERN_NONE || (constant == d->first_constants.count && !vec_add(&d->first_constants, &i, 1))) return 0;
  }
  return collect_notes(d, memory);
}

/* -- words -- */

static void put(Dis *d, const char *text) { ctext_put(d->out, text); }

static void put_pair(Dis *d, const char *before, uint64_t n) {
  put(d, before);
  ctext_unsigned(d->out, n);
}

static void put_lower(Dis *d, const char *word) {
  for (; *word; word++) {
    char c = (char)(*word >= 'A' && *word <= 'Z' ? *word + 32 : *word);
    ctext_add(d->out, &c, 1);
  }
}

static void put_quoted(Dis *d, uint32_t string) {
  uint32_t n;
  const char *s = orbc_string(d->m, string, &n);
  put(d, "\"");
  for (uint32_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)s[i];
    const char escape[4] = {'\\', 'x', "01234567"[c >> 4 & 7], "0123456789abcdef"[c & 15]};
    if (c == '\n') put(d, "\\n");
    else if (c == '\t') put(d, "\\t");
    else if (c == '"' || c == '\\') put(d, c == '"' ? "\\\"" : "\\\\");
    else if (c < 32 || c == 127) ctext_add(d->out, escape, 4);
    else ctext_add(d->out, s + i, 1);
  }
  put(d, "\"");
}

/* A string that is a text: quoted, or $number. */
static void put_string(Dis *d, uint32_t string) {
  if (string < d->m->string_ends_count && is_plain(d, string)) put_quoted(d, string);
  else put_pair(d, "$", string);
}

/* A string that is a name: bare where it can be. */
static void put_name(Dis *d, uint32_t string) {
  uint32_t n;
  const char *s = orbc_string(d->m, string, &n);
  if (is_plain(d, string) && lex_is_name(s, n, 1)) ctext_add(d->out, s, n);
  else put_string(d, string);
}

/* -- references -- */

static const char *builtin_type(uint32_t type) {
  static const char *const names[ORBC_FIRST_MODULE_TYPE] = {
#define RAW_TYPE(NAME, number, spelling, size, classes, meaning) [number] = spelling,
#define REF_TYPE(NAME, number, spelling, meaning) [number] = spelling,
#include "objects.def"
  };
  return type == TYPE_BYTES ? "array[u8]" : type == TYPE_LONGS ? "array[i64]" : type < ORBC_FIRST_MODULE_TYPE ? names[type] : NULL;
}

static const char *kind_name(uint32_t kind) {
  static const char *const names[] = {
#define TYPE_KIND(NAME, number, keyword, meaning) [number] = keyword,
#include "objects.def"
  };
  return names[kind];
}

static const char *service_name(uint32_t service) {
  static const char *const names[SERVICE_COUNT] = {
#define SERVICE(NAME, number, meaning) [number] = #NAME,
#include "objects.def"
  };
  return service < SERVICE_COUNT ? names[service] : NULL;
}

static const char *error_field_name(uint32_t field) {
  static const char *const names[] = {
#define ERROR_FIELD(NAME, number, type, meaning) [number] = #NAME,
#include "objects.def"
  };
  return field < sizeof names / sizeof names[0] ? names[field] : NULL;
}

/* Names that the assembler takes for a kind or a builtin type when they are not in quotes. */
static int is_reserved(const char *s, uint32_t n) {
  for (uint32_t i = 1; i < ORBC_FIRST_MODULE_TYPE; i++) {
    const char *builtin = builtin_type(i), *kind = i <= KIND_WEAK ? kind_name(i) : NULL;
    if (builtin && strlen(builtin) == n && !memcmp(builtin, s, n)) return 1;
    if (kind && strlen(kind) == n && !memcmp(kind, s, n)) return 1;
  }
  return 0;
}

static void put_type_name(Dis *d, uint32_t string) {
  uint32_t n;
  const char *s = orbc_string(d->m, string, &n);
  if (is_reserved(s, n)) put_string(d, string);
  else put_name(d, string);
}

static void put_type(Dis *d, uint32_t type) {
  const char *builtin = builtin_type(type);
  uint32_t row = type - ORBC_FIRST_MODULE_TYPE;
  if (builtin) put(d, builtin);
  else if (type >= ORBC_FIRST_MODULE_TYPE && row < d->m->types_count && owns(d, &d->types, d->m->types[row].name, row)) put_type_name(d, d->m->types[row].name);
  else put_pair(d, "#", type);
}

static void put_function(Dis *d, uint32_t f) {
  const OrbcModule *m = d->m;
  uint32_t name = f < m->imports_count ? m->imports[f].name : f - m->imports_count < m->functions_count ? m->functions[f - m->imports_count].name : 0;
  if (name && owns(d, &d->functions, name, f)) put_name(d, name);
  else put_pair(d, "#", f);
}

/* A field or method `index` of the type that is noted for the instruction. */
static void put_member(Dis *d, uint32_t index, uint32_t code_row) {
  uint32_t type = code_row < d->notes.count ? at(&d->notes, code_row) & NOTE_TYPE : 0, row = type - ORBC_FIRST_MODULE_TYPE;
  if (type == TYPE_ERROR && error_field_name(index)) {
    put_lower(d, error_field_name(index));
    put(d, " of Error");
    return;
  }
  const OrbcType *t = type >= ORBC_FIRST_MODULE_TYPE && row < d->m->types_count ? &d->m->types[row] : NULL;
  uint32_t name = t && index < t->items ? d->m->items[t->first_item + index].name : 0, key[2] = {row, at(&d->text_of, name)};
  uint32_t member = name && is_plain(d, name) ? intern_find(&d->members, key, sizeof key) : INTERN_NONE;
  if (member == INTERN_NONE || at(&d->member_owners, member) != index + 1) {
    put_pair(d, "#", index);
    return;
  }
  put_name(d, name);
  put(d, " of ");
  put_type(d, type);
}

static void put_literal(Dis *d, const OrbcConstant *k) {
  put(d, builtin_type(k->type));
  put(d, " ");
  literal_print(d->out, k->type, k->bits);
}

static void put_constant(Dis *d, uint32_t row) {
  const OrbcConstant *k = row < d->m->constants_count ? &d->m->constants[row] : NULL;
  if (k && at(&d->first_constants, intern_find(&d->constants, k, sizeof *k)) == row) put_literal(d, k);
  else put_pair(d, "#", row);
}

static void put_named_number(Dis *d, const char *name, uint32_t number) {
  if (name) put_lower(d, name);
  else put_pair(d, "#", number);
}

static void put_global(Dis *d, int ref, uint32_t index) {
  if (index < (ref ? d->m->globals_ref_count : d->m->globals_raw_count)) put_pair(d, ref ? "ref" : "raw", index);
  else put_pair(d, "#", index);
}

/* -- instructions -- */

static uint32_t operand_value(uint64_t word, Operand o) { return o.wide ? insn_wide(word) : (uint16_t)(word >> o.shift); }

static int64_t jump_target(uint64_t word, uint32_t pc) { return (int64_t)pc + 1 + (int32_t)insn_wide(word); }

/* Whether the word is an instruction whose unused parts are 0 and whose jump stays in the function. */
static int is_writable(const OrbcFunction *f, uint64_t word, uint32_t pc) {
  unsigned op = insn_op(word);
  uint64_t used = 0xffff;
  if (op >= OP_COUNT) return 0;
  for (unsigned i = 0; i < 3; i++) {
    Operand o = operand_of(op, i);
    if (o.kind != OPERAND_NONE) used |= (o.wide ? (uint64_t)UINT32_MAX : (uint64_t)UINT16_MAX) << o.shift;
    if (o.kind == OPERAND_LABEL && (jump_target(word, pc) < 0 || jump_target(word, pc) > f->code)) return 0;
  }
  return !(word & ~used);
}

static void put_operand(Dis *d, OperandKind kind, uint32_t x, uint64_t word, const OrbcFunction *f, uint32_t pc) {
  switch (kind) {
  case OPERAND_RAW: put_pair(d, "r", x); break;
  case OPERAND_REF: put_pair(d, "p", x); break;
  case OPERAND_SIGNED: ctext_number(d->out, (int16_t)x); break;
  case OPERAND_WIDE: ctext_number(d->out, (int32_t)x); break;
  case OPERAND_LABEL: put_pair(d, "L", (uint64_t)jump_target(word, pc)); break;
  case OPERAND_TYPE: case OPERAND_KIND: put_type(d, x); break;
  case OPERAND_FUNCTION: put_function(d, x); break;
  case OPERAND_FIELD: case OPERAND_METHOD: put_member(d, x, f->first_code + pc); break;
  case OPERAND_KERNEL: put_named_number(d, x && x < KCALL_END ? kernel_call_info[x].name : NULL, x); break;
  case OPERAND_SERVICE: put_named_number(d, service_name(x), x); break;
  case OPERAND_CONSTANT: put_constant(d, x); break;
  case OPERAND_STRING: put_string(d, x); break;
  case OPERAND_GLOBAL_RAW: case OPERAND_GLOBAL_REF: put_global(d, kind == OPERAND_GLOBAL_REF, x); break;
  default: ctext_unsigned(d->out, x);
  }
}

static void put_instruction(Dis *d, const OrbcFunction *f, uint32_t pc) {
  uint64_t word = d->m->code[f->first_code + pc];
  const char *between = " ";
  if (!is_writable(f, word, pc)) {
    put(d, "word ");
    ctext_hex(d->out, word, 16);
    return;
  }
  put_lower(d, opcode_info[insn_op(word)].name);
  for (unsigned i = 0; i < 3; i++) {
    Operand o = operand_of(insn_op(word), i);
    if (o.kind == OPERAND_NONE) continue;
    put(d, between);
    put_operand(d, o.kind, operand_value(word, o), word, f, pc);
    between = ", ";
  }
}

/* -- functions -- */

static void mark(Dis *d, int64_t pc) { ((char *)d->labels.rows)[pc] = 1; }

static int mark_labels(Dis *d, const OrbcFunction *f) {
  d->labels.count = 0;
  if (!vec_add(&d->labels, NULL, (size_t)f->code + 1)) return 0;
  for (uint32_t pc = 0; pc < f->code; pc++) {
    uint64_t word = d->m->code[f->first_code + pc];
    if (is_writable(f, word, pc) && opcode_info[insn_op(word)].b == FMT_JUMP) mark(d, jump_target(word, pc));
  }
  for (uint32_t i = 0; i < f->handlers; i++) {
    const OrbcHandler *h = &d->m->handlers[f->first_handler + i];
    mark(d, h->start);
    mark(d, h->end);
    mark(d, h->target);
  }
  return 1;
}

static void put_label(Dis *d, uint32_t pc) {
  if (!((const char *)d->labels.rows)[pc]) return;
  put_pair(d, "L", pc);
  put(d, ":\n");
}

static void put_items(Dis *d, const OrbcItem *items, uint32_t n, int names) {
  for (uint32_t i = 0; i < n; i++) {
    if (i) put(d, ", ");
    if (names && items[i].name) {
      put_name(d, items[i].name);
      put(d, ": ");
    }
    put_type(d, items[i].type);
  }
}

static void put_signature(Dis *d, const OrbcType *t, int names) {
  const OrbcItem *items = d->m->items + t->first_item;
  uint32_t results = t->items - t->number;
  put(d, "(");
  put_items(d, items, t->number, names);
  put(d, results == 0 ? ")" : results == 1 ? ") -> " : ") -> (");
  put_items(d, items + t->number, results, names);
  if (results > 1) put(d, ")");
}

/* The signature where the assembler finds this very type by it, else : TYPE. */
static int put_function_type(Dis *d, uint32_t type) {
  const OrbcType *t = orbc_type(d->m, type);
  if (!make_key(d, t)) return 0;
  if (at(&d->first_shapes, intern_find(&d->shapes, d->key.rows, d->key.count * sizeof(uint32_t))) == type) put_signature(d, t, 0);
  else {
    put(d, ": ");
    put_type(d, type);
  }
  return 1;
}

/* The locals behind the closure and the parameters. */
static void put_locals(Dis *d, const OrbcFunction *f) {
  const OrbcType *t = orbc_type(d->m, f->type);
  const uint32_t *types = d->m->local_types + f->first_local;
  uint32_t raw = 0, ref = f->closure != 0;
  for (uint32_t i = 0; i < t->number; i++) ++*(is_raw_type(d->m->items[t->first_item + i].type) ? &raw : &ref);
  for (uint32_t i = raw; i < f->raw_locals + f->ref_locals; i++) {
    int is_ref = i >= f->raw_locals;
    if (is_ref && i - f->raw_locals < ref) continue;
    put_pair(d, is_ref ? "  local p" : "  local r", is_ref ? i - f->raw_locals : i);
    put(d, ": ");
    put_type(d, types[i]);
    put(d, "\n");
  }
}

static void put_debug_names(Dis *d, const OrbcFunction *f) {
  for (uint32_t i = 0; i < f->local_names; i++) {
    const OrbcLocal *l = &d->m->locals[f->first_local_name + i];
    put(d, "  name ");
    put_name(d, l->name);
    put_pair(d, l->bank ? " p" : " r", l->reg);
    put_pair(d, " #", l->start);
    put_pair(d, " to #", l->end);
    put(d, "\n");
  }
}

static void put_handlers(Dis *d, const OrbcFunction *f) {
  for (uint32_t i = 0; i < f->handlers; i++) {
    const OrbcHandler *h = &d->m->handlers[f->first_handler + i];
    put_pair(d, "  handler L", h->start);
    put_pair(d, " to L", h->end);
    put_pair(d, " at L", h->target);
    put_pair(d, ", p", h->reg);
    put(d, "\n");
  }
}

static void put_code(Dis *d, const OrbcFunction *f) {
  for (uint32_t pc = 0, line = 0; pc < f->code; pc++) {
    put_label(d, pc);
    const OrbcLine *l = line < f->lines ? &d->m->lines[f->first_line + line] : NULL;
    if (l && l->pc == pc) {
      put_pair(d, "  line ", l->line);
      put_pair(d, ":", l->column);
      put(d, "\n");
      line++;
    }
    put(d, "  ");
    put_instruction(d, f, pc);
    put(d, "\n");
  }
  put_label(d, f->code);
}

static int put_function_body(Dis *d, const OrbcFunction *f) {
  put(d, "\nfn ");
  put_name(d, f->name);
  if (!mark_labels(d, f) || !put_function_type(d, f->type)) return 0;
  if (f->closure) {
    put(d, " of ");
    put_type(d, f->closure);
  }
  put(d, " {\n");
  if (f->file) {
    put(d, "  file ");
    put_string(d, f->file);
    put(d, "\n");
  }
  put_locals(d, f);
  put_pair(d, "  temps ", f->raw_temps);
  put_pair(d, ", ", f->ref_temps);
  put(d, "\n");
  put_debug_names(d, f);
  put_handlers(d, f);
  put_code(d, f);
  put(d, "}\n");
  return !d->out->bytes.failed;
}

/* -- declarations -- */

static void put_types(Dis *d) {
  for (uint32_t i = 0; i < d->m->types_count; i++) {
    const OrbcType *t = &d->m->types[i];
    put(d, "type ");
    put_name(d, t->name);
    put(d, " = ");
    put(d, kind_name(t->kind));
    if (t->kind == KIND_FN) put_signature(d, t, 1);
    else if (t->kind == KIND_ARRAY || t->kind == KIND_LIST || t->kind == KIND_WEAK || t->kind == KIND_BOX) {
      put(d, "[");
      put_type(d, t->of);
      put(d, "]");
    } else {
      if (t->kind == KIND_VARIANT) put_pair(d, " ", t->number), put(d, " of "), put_type(d, t->of);
      if (t->kind == KIND_CLOSURE) put(d, " "), put_function(d, t->number), put(d, ": "), put_type(d, t->of);
      put(d, t->items ? " { " : " {");
      put_items(d, d->m->items + t->first_item, t->items, 1);
      put(d, t->items ? " }" : "}");
    }
    put_pair(d, "  ; #", i + ORBC_FIRST_MODULE_TYPE);
    put(d, "\n");
  }
}

static int put_imports(Dis *d) {
  for (uint32_t i = 0; i < d->m->imports_count; i++) {
    put(d, "import ");
    put_name(d, d->m->imports[i].name);
    put(d, " from ");
    put_name(d, d->m->imports[i].module);
    if (!put_function_type(d, d->m->imports[i].type)) return 0;
    put(d, "\n");
  }
  return 1;
}

static void put_globals(Dis *d, int ref) {
  const uint32_t *types = ref ? d->m->globals_ref : d->m->globals_raw;
  for (uint32_t i = 0; i < (ref ? d->m->globals_ref_count : d->m->globals_raw_count); i++) {
    put(d, "global ");
    put_global(d, ref, i);
    put(d, ": ");
    put_type(d, types[i]);
    put(d, "\n");
  }
}

static void put_exports(Dis *d) {
  for (uint32_t i = 0; i < d->m->exports_count; i++) {
    const OrbcExport *e = &d->m->exports[i];
    put(d, "export ");
    put_name(d, e->name);
    if (!owns(d, &d->functions, e->name, e->function)) {
      put(d, " = ");
      put_function(d, e->function);
    }
    put(d, "\n");
  }
}

static void put_impls(Dis *d) {
  for (uint32_t i = 0; i < d->m->impls_count; i++) {
    const OrbcImpl *impl = &d->m->impls[i];
    put(d, "impl ");
    put_type(d, impl->trait);
    put(d, " for ");
    put_type(d, impl->type);
    put(d, " {");
    for (uint32_t k = 0; k < impl->functions; k++) {
      put(d, k ? ", " : " ");
      put_function(d, d->m->impl_functions[impl->first_function + k]);
    }
    put(d, impl->functions ? " }\n" : "}\n");
  }
}

static void put_bytes(Dis *d, const char *word, const uint8_t *bytes, uint32_t n) {
  enum { PER_LINE = 64 };
  for (uint32_t i = 0; i < n; i++) {
    const char hex[2] = {"0123456789abcdef"[bytes[i] >> 4], "0123456789abcdef"[bytes[i] & 15]};
    if (i % PER_LINE == 0) put(d, word);
    ctext_add(d->out, hex, 2);
    if (i % PER_LINE == PER_LINE - 1 || i + 1 == n) put(d, "\"\n");
  }
}

/* What fixes the order of strings and constants. */
static void put_tables(Dis *d) {
  put(d, d->m->string_ends_count > 1 ? "\nstrings {\n" : "");
  for (uint32_t i = 1; i < d->m->string_ends_count; i++) {
    put(d, "  ");
    put_quoted(d, i);
    put(d, "\n");
  }
  put(d, d->m->string_ends_count > 1 ? "}\n" : "");
  put(d, d->m->constants_count ? "\nconstants {\n" : "");
  for (uint32_t i = 0; i < d->m->constants_count; i++) {
    put(d, "  ");
    put_literal(d, &d->m->constants[i]);
    put(d, "\n");
  }
  put(d, d->m->constants_count ? "}\n" : "");
}

static int put_module(Dis *d) {
  const OrbcModule *m = d->m;
  put(d, "module ");
  put_name(d, m->info->name);
  put(d, "\n");
  if (m->info->grants) put(d, "grants "), ctext_hex(d->out, m->info->grants, 1), put(d, "\n");
  if (m->info->entry != ORBC_NONE) put(d, "entry "), put_function(d, m->info->entry), put(d, "\n");
  put(d, "\n");
  put_types(d);
  if (!put_imports(d)) return 0;
  put_globals(d, 0);
  put_globals(d, 1);
  put_exports(d);
  put_impls(d);
  for (uint32_t i = 0; i < m->functions_count; i++)
    if (!put_function_body(d, &m->functions[i])) return 0;
  put_tables(d);
  put_bytes(d, "interface \"", m->interface_bytes, m->interface_bytes_count);
  put_bytes(d, "templates \"", m->template_bytes, m->template_bytes_count);
  return !d->out->bytes.failed;
}

/* -- opening and closing -- */

static void close_tables(Dis *d) {
  Intern *tables[] = {&d->texts, &d->members, &d->shapes, &d->constants};
  CodeVec *vecs[] = {&d->text_of, &d->first_string, &d->types, &d->functions, &d->member_owners, &d->first_shapes, &d->first_constants, &d->key, &d->notes, &d->labels};
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) intern_free(tables[i]);
  for (size_t i = 0; i < sizeof vecs / sizeof vecs[0]; i++) vec_free(vecs[i]);
}

/* 0: no memory; to be closed also then. */
static int open_tables(Dis *d, const OrbcModule *module, GcMemory memory, CodeText *out) {
  *d = (Dis){.memory = memory, .m = module, .out = out};
  Intern *tables[] = {&d->texts, &d->members, &d->shapes, &d->constants};
  CodeVec *vecs[] = {&d->text_of, &d->first_string, &d->types, &d->functions, &d->member_owners, &d->first_shapes, &d->first_constants, &d->key, &d->notes};
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) intern_init(tables[i], memory);
  for (size_t i = 0; i < sizeof vecs / sizeof vecs[0]; i++) vec_init(vecs[i], memory, sizeof(uint32_t));
  vec_init(&d->labels, memory, 1);
  return collect(d, memory);
}

int dis_module(const OrbcModule *module, GcMemory memory, CodeText *out) {
  Dis d;
  int ok = open_tables(&d, module, memory, out) && put_module(&d);
  close_tables(&d);
  return ok;
}

Dis *dis_open(const OrbcModule *module, GcMemory memory) {
  Dis *d = memory.alloc(memory.ctx, sizeof *d, 16);
  if (!d) return NULL;
  if (open_tables(d, module, memory, NULL)) return d;
  dis_close(d);
  return NULL;
}

void dis_close(Dis *d) {
  GcMemory memory = d->memory;
  close_tables(d);
  memory.free(memory.ctx, d, sizeof *d, 16);
}

void dis_instruction(Dis *d, uint32_t function, uint32_t pc, CodeText *out) {
  d->out = out;
  put_instruction(d, &d->m->functions[function], pc);
}
