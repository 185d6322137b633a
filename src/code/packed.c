/* packed.c -- see packed.h: reading. */
#include "code/packed.h"

#include <string.h>

typedef struct Reader {
  const Packed *packed;
  const uint8_t *at, *end;
  int failed;
} Reader;

/* Where the parts of a function go; NULL: nowhere. */
typedef struct Parts {
  uint32_t *local_types;
  OrbcHandler *handlers;
  OrbcLine *lines;
  OrbcLocal *locals;
  uint64_t *code;
} Parts;

static const uint8_t *bytes_of(const Packed *p) { return (const uint8_t *)(p->starts + p->functions); }

static Reader reader(const Packed *p, uint32_t function) {
  uint32_t start = p->starts[function] < p->bytes ? p->starts[function] : p->bytes;
  return (Reader){.packed = p, .at = bytes_of(p) + start, .end = bytes_of(p) + p->bytes};
}

static uint32_t number_slowly(Reader *r) {
  uint32_t value = 0;
  for (unsigned shift = 0; r->at < r->end && shift < 32; shift += 7) {
    uint8_t c = *r->at++;
    value |= (uint32_t)(c & 127) << shift;
    if (c < 128) return value;
  }
  r->failed = 1;
  return 0;
}

static inline uint32_t number(Reader *r) { return r->at < r->end && *r->at < 128 ? *r->at++ : number_slowly(r); }

static inline uint32_t signed_number(Reader *r) {
  uint32_t n = number(r);
  return n >> 1 ^ (0 - (n & 1));
}

static OrbcFunction read_row(Reader *r) {
  OrbcFunction row = {0};
  row.type = number(r);
  row.closure = number(r);
  row.code = number(r);
  row.name = number(r);
  row.file = number(r);
  row.raw_locals = number(r);
  row.ref_locals = number(r);
  row.raw_temps = number(r);
  row.ref_temps = number(r);
  row.handlers = number(r);
  row.lines = number(r);
  row.local_names = number(r);
  uint64_t parts = (uint64_t)row.raw_locals + row.ref_locals + row.handlers + row.lines + row.local_names + row.code;
  if (parts > (uint64_t)(r->end - r->at)) r->failed = 1; /* each is a byte at least */
  return r->failed ? (OrbcFunction){0} : row;
}

int packed_row(const Packed *p, uint32_t function, OrbcFunction *row) {
  Reader r = reader(p, function);
  *row = read_row(&r);
  return !r.failed;
}

OrbcSignature packed_signature(const Packed *p, uint32_t function) {
  Reader r = reader(p, function);
  OrbcSignature s = {.type = number(&r)};
  s.closure = number(&r);
  s.code = number(&r);
  return s;
}

static uint64_t read_operand(Reader *r, unsigned format) {
  return format == FMT_NONE || format == FMT_CONT ? 0 : (uint16_t)(format == FMT_IMM16 ? signed_number(r) : number(r));
}

static uint64_t read_instruction(Reader *r) {
  if (r->at == r->end) return r->failed = 1, 0;
  unsigned op = *r->at++;
  if (op >= OP_COUNT) return r->packed->common[op - OP_COUNT];
  const OpcodeInfo *info = &opcode_info[op];
  uint64_t w = op | read_operand(r, info->a) << 16;
  if (info->c == FMT_CONT) return w | (uint64_t)(info->b == FMT_JUMP || info->b == FMT_IMM32 ? signed_number(r) : number(r)) << 32;
  w |= read_operand(r, info->b) << 32;
  return w | read_operand(r, info->c) << 48;
}

static void read_handlers(Reader *r, const OrbcFunction *row, OrbcHandler *to) {
  for (uint32_t i = 0; i < row->handlers; i++) {
    OrbcHandler h = {.start = number(r)};
    h.end = h.start + number(r);
    h.target = number(r);
    h.reg = number(r);
    if (to) to[i] = h;
  }
}

static OrbcLine read_line(Reader *r, OrbcLine before) {
  OrbcLine line = {.pc = before.pc + number(r)};
  line.line = before.line + signed_number(r);
  line.column = number(r);
  return line;
}

static void read_lines(Reader *r, const OrbcFunction *row, OrbcLine *to) {
  OrbcLine line = {0};
  for (uint32_t i = 0; i < row->lines; i++) {
    line = read_line(r, line);
    if (to) to[i] = line;
  }
}

static void read_names(Reader *r, const OrbcFunction *row, OrbcLocal *to) {
  for (uint32_t i = 0; i < row->local_names; i++) {
    OrbcLocal local = {.name = number(r)};
    local.bank = number(r);
    local.reg = number(r);
    local.start = number(r);
    local.end = number(r);
    if (to) to[i] = local;
  }
}

/* The parts in front of the code. */
static void read_data(Reader *r, const OrbcFunction *row, const Parts *to) {
  for (uint32_t i = 0; i < row->raw_locals + row->ref_locals; i++) {
    uint32_t type = number(r);
    if (to->local_types) to->local_types[i] = type;
  }
  read_handlers(r, row, to->handlers);
  read_lines(r, row, to->lines);
  read_names(r, row, to->locals);
}

static int read_parts(Reader *r, const OrbcFunction *row, const Parts *to) {
  read_data(r, row, to);
  for (uint32_t i = 0; i < row->code && !r->failed; i++) to->code[i] = read_instruction(r);
  return !r->failed;
}

/* -- one function -- */

static size_t locals_of(const OrbcFunction *row) { return (size_t)row->raw_locals + row->ref_locals; }

size_t packed_room(const OrbcFunction *row) {
  return row->code * sizeof(uint64_t) + sizeof *row + row->handlers * sizeof(OrbcHandler) + locals_of(row) * sizeof(uint32_t);
}

int packed_body(const Packed *p, uint32_t function, void *room, OrbcBody *body) {
  Reader r = reader(p, function);
  OrbcFunction row = read_row(&r), *to_row;
  Parts to = {.code = room};
  to_row = (OrbcFunction *)(void *)(to.code + row.code);
  to.handlers = (OrbcHandler *)(void *)(to_row + 1);
  to.local_types = (uint32_t *)(void *)(to.handlers + row.handlers);
  *to_row = row;
  *body = (OrbcBody){.row = to_row, .local_types = to.local_types, .handlers = to.handlers, .code = to.code};
  return !r.failed && read_parts(&r, &row, &to);
}

void packed_position(const Packed *p, uint32_t function, uint32_t pc, uint32_t *line, uint32_t *column) {
  Reader r = reader(p, function);
  OrbcFunction row = read_row(&r), front = row;
  front.lines = front.local_names = 0;
  read_data(&r, &front, &(Parts){0});
  OrbcLine found = {0}, next = {0};
  for (uint32_t i = 0; i < row.lines; i++) {
    next = read_line(&r, next);
    if (next.pc > pc) break;
    found = next;
  }
  *line = r.failed ? 0 : found.line;
  *column = r.failed ? 0 : found.column;
}

/* -- the image -- */

/* How many rows of each section the functions have; 0: they are damaged. */
static int count_parts(const Packed *p, OrbcModule *m) {
  uint64_t code = 0, locals = 0, handlers = 0, lines = 0, names = 0;
  OrbcFunction row;
  for (uint32_t i = 0; i < p->functions; i++) {
    if (!packed_row(p, i, &row)) return 0;
    code += row.code, locals += locals_of(&row), handlers += row.handlers, lines += row.lines, names += row.local_names;
  }
  if (code + locals + handlers + lines + names > p->bytes) return 0; /* so none is beyond 32 bits */
  m->functions_count = p->functions;
  m->code_count = (uint32_t)code;
  m->local_types_count = (uint32_t)locals;
  m->handlers_count = (uint32_t)handlers;
  m->lines_count = (uint32_t)lines;
  m->locals_count = (uint32_t)names;
  return 1;
}

typedef struct Rows {
  OrbcFunction *functions;
  Parts parts;
} Rows;

static size_t rows_size(const OrbcModule *m) {
  return m->code_count * sizeof(uint64_t) + m->functions_count * sizeof(OrbcFunction) + m->handlers_count * sizeof(OrbcHandler) + m->lines_count * sizeof(OrbcLine) +
         m->locals_count * sizeof(OrbcLocal) + m->local_types_count * sizeof(uint32_t);
}

/* Divides `room` among the sections; those with rows of 8 bytes first. */
static Rows place_rows(void *room, OrbcModule *m) {
  Rows to = {.parts = {.code = room}};
  to.functions = (OrbcFunction *)(void *)(to.parts.code + m->code_count);
  to.parts.handlers = (OrbcHandler *)(void *)(to.functions + m->functions_count);
  to.parts.lines = (OrbcLine *)(void *)(to.parts.handlers + m->handlers_count);
  to.parts.locals = (OrbcLocal *)(void *)(to.parts.lines + m->lines_count);
  to.parts.local_types = (uint32_t *)(void *)(to.parts.locals + m->locals_count);
  m->code = to.parts.code;
  m->functions = to.functions;
  m->handlers = to.parts.handlers;
  m->lines = to.parts.lines;
  m->locals = to.parts.locals;
  m->local_types = to.parts.local_types;
  return to;
}

static int read_all(const Packed *p, Rows to) {
  const Rows start = to;
  for (uint32_t i = 0; i < p->functions; i++) {
    Reader r = reader(p, i);
    OrbcFunction *row = &to.functions[i];
    *row = read_row(&r);
    if (r.failed || !read_parts(&r, row, &to.parts)) return 0;
    row->first_code = (uint32_t)(to.parts.code - start.parts.code);
    row->first_local = (uint32_t)(to.parts.local_types - start.parts.local_types);
    row->first_handler = (uint32_t)(to.parts.handlers - start.parts.handlers);
    row->first_line = (uint32_t)(to.parts.lines - start.parts.lines);
    row->first_local_name = (uint32_t)(to.parts.locals - start.parts.locals);
    to.parts.code += row->code;
    to.parts.local_types += locals_of(row);
    to.parts.handlers += row->handlers;
    to.parts.lines += row->lines;
    to.parts.locals += row->local_names;
  }
  return 1;
}

/* Whether what was written is what the rest says it was made of. */
static int is_same(const void *image, const OrbcHeader *rest, size_t size) {
  const OrbcHeader *header = image;
  return header->checksum == rest->checksum && rest->bytes == size;
}

int packed_image(const Packed *p, const void *rest, GcMemory memory, void **image, size_t *size) {
  OrbcModule m;
  orbc_view(rest, &m);
  if (!count_parts(p, &m)) return -1;
  size_t room = rows_size(&m) + 8;
  void *rows = memory.alloc(memory.ctx, room, 16);
  if (!rows) return 0;
  int done = read_all(p, place_rows(rows, &m)) && (*size = orbc_size(&m)) ? 1 : -1;
  if (done > 0 && !(*image = memory.alloc(memory.ctx, *size, 16))) done = 0;
  if (done > 0) orbc_write(&m, *image);
  memory.free(memory.ctx, rows, room, 16);
  if (done > 0 && !is_same(*image, rest, *size)) {
    memory.free(memory.ctx, *image, *size, 16);
    done = -1;
  }
  return done;
}
