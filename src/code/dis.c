/* dis.c -- see dis.h.  Operands are printed by their format in the opcode table; there is no second list of opcodes here. */
#include "code/dis.h"
#include "code/opcode.h"

#include <string.h>

static void put(DisOut *o, const char *text) { o->put(o->ctx, text, strlen(text)); }

static void put_number(DisOut *o, int64_t n) {
  char digits[24];
  size_t at = sizeof digits;
  uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
  do digits[--at] = (char)('0' + u % 10);
  while (u /= 10);
  if (n < 0) digits[--at] = '-';
  o->put(o->ctx, digits + at, sizeof digits - at);
}

static void put_hex(DisOut *o, uint64_t u) {
  char digits[18] = "0x";
  for (int i = 0; i < 16; i++) digits[2 + i] = "0123456789abcdef"[u >> (60 - 4 * i) & 15];
  o->put(o->ctx, digits, sizeof digits);
}

static void put_pair(DisOut *o, const char *before, int64_t n) {
  put(o, before);
  put_number(o, n);
}

/* A string in quotes; what cannot be shown as it is comes as \xNN. */
static void put_quoted(DisOut *o, const OrbcModule *m, uint32_t index) {
  uint32_t length;
  const char *s = orbc_string(m, index, &length);
  put(o, "\"");
  for (uint32_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)s[i];
    char escape[4] = {'\\', 'x', "0123456789abcdef"[c >> 4], "0123456789abcdef"[c & 15]};
    if (c < 32 || c == '"' || c == '\\' || c == 127) o->put(o->ctx, escape, 4);
    else o->put(o->ctx, s + i, 1);
  }
  put(o, "\"");
}

static void put_name(DisOut *o, const OrbcModule *m, uint32_t index) {
  uint32_t length;
  const char *s = orbc_string(m, index, &length);
  o->put(o->ctx, s, length);
}

static void put_type(DisOut *o, const OrbcModule *m, uint32_t type) {
  static const char *const builtin[ORBC_FIRST_MODULE_TYPE] = {
#define RAW_TYPE(NAME, number, spelling, size, classes, meaning) [number] = spelling,
#define REF_TYPE(NAME, number, spelling, meaning) [number] = spelling,
#include "objects.def"
  };
  if (type < ORBC_FIRST_MODULE_TYPE) put(o, builtin[type] ? builtin[type] : "?");
  else if (type - ORBC_FIRST_MODULE_TYPE < m->types_count) put_name(o, m, orbc_type(m, type)->name);
  else put(o, "?");
}

static void put_function(DisOut *o, const OrbcModule *m, uint32_t f) {
  if (f < m->imports_count) put_name(o, m, m->imports[f].name);
  else if (f - m->imports_count < m->functions_count) put_name(o, m, m->functions[f - m->imports_count].name);
}

static int is_raw_register(unsigned format) { return (format >= FMT_WR_I32 && format <= FMT_RR) || format == FMT_WIN_R; }
static int is_ref_register(unsigned format) { return (format >= FMT_WP && format <= FMT_RP_HANDLE) || format == FMT_WIN_P; }

static void put_operand(DisOut *o, const OrbcModule *m, unsigned format, uint32_t x, uint32_t pc) {
  if (is_raw_register(format)) put_pair(o, "r", x);
  else if (is_ref_register(format)) put_pair(o, "p", x);
  else switch (format) {
    case FMT_JUMP: put_pair(o, "@", (int64_t)pc + 1 + (int32_t)x); break;
    case FMT_IMM16: put_number(o, (int16_t)x); break;
    case FMT_TYPE: case FMT_KIND: put_type(o, m, x); break;
    case FMT_FUNC: put_function(o, m, x); break;
    case FMT_CONSTS:
      if (x < m->string_ends_count) put_quoted(o, m, x);
      break;
    case FMT_CONSTR:
      if (x < m->constants_count) put_hex(o, m->constants[x].bits);
      break;
    default: put_pair(o, "#", x);
    }
}

void dis_instruction(const OrbcModule *m, uint64_t w, uint32_t pc, DisOut *o) {
  if (insn_op(w) >= OP_COUNT) {
    put(o, "?");
    return;
  }
  const OpcodeInfo *info = &opcode_info[insn_op(w)];
  const uint8_t formats[3] = {info->a, info->b, info->c};
  const uint32_t values[3] = {insn_a(w), info->c == FMT_CONT ? insn_wide(w) : insn_b(w), insn_c(w)};
  const char *between = " ";
  put(o, info->name);
  for (int i = 0; i < 3; i++) {
    if (formats[i] == FMT_NONE || formats[i] == FMT_CONT) continue;
    put(o, between);
    put_operand(o, m, formats[i], values[i], pc);
    between = ", ";
  }
}

static void dis_types(const OrbcModule *m, DisOut *o) {
  static const char *const kinds[] = {
#define TYPE_KIND(NAME, number, keyword, meaning) [number] = keyword,
#include "objects.def"
  };
  for (uint32_t i = 0; i < m->types_count; i++) {
    const OrbcType *t = &m->types[i];
    put(o, kinds[t->kind]);
    put(o, " ");
    put_name(o, m, t->name);
    for (uint32_t k = 0; k < t->items && t->kind != KIND_FN; k++) {
      put(o, k ? ", " : ": ");
      put_name(o, m, m->items[t->first_item + k].name);
      put(o, " ");
      put_type(o, m, m->items[t->first_item + k].type);
    }
    put(o, "\n");
  }
}

static void dis_function(const OrbcModule *m, const OrbcFunction *f, DisOut *o) {
  put(o, "\nfn ");
  put_name(o, m, f->name);
  put(o, ": ");
  put_type(o, m, f->type);
  put_pair(o, "  locals r", f->raw_locals);
  put_pair(o, " p", f->ref_locals);
  put_pair(o, ", temporaries r", f->raw_temps);
  put_pair(o, " p", f->ref_temps);
  put(o, "\n");
  uint32_t line = 0;
  for (uint32_t pc = 0; pc < f->code; pc++) {
    if (line < f->lines && m->lines[f->first_line + line].pc == pc) put_pair(o, "; line ", m->lines[f->first_line + line++].line), put(o, "\n");
    put_pair(o, "  ", pc);
    put(o, "\t");
    dis_instruction(m, m->code[f->first_code + pc], pc, o);
    put(o, "\n");
  }
  for (uint32_t i = 0; i < f->handlers; i++) {
    const OrbcHandler *h = &m->handlers[f->first_handler + i];
    put_pair(o, "  handler @", h->start);
    put_pair(o, "..@", h->end);
    put_pair(o, " -> @", h->target);
    put_pair(o, " p", h->reg);
    put(o, "\n");
  }
}

void dis_module(const OrbcModule *m, DisOut *o) {
  put(o, "module ");
  put_quoted(o, m, m->info->name);
  put(o, "\n");
  dis_types(m, o);
  for (uint32_t i = 0; i < m->functions_count; i++) dis_function(m, &m->functions[i], o);
}
