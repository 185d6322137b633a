/* trace.c -- see trace.h.  Each instruction is a step of the machine: what it reads is shown as it is before, what it writes as it is afterwards. */
#include "cli/trace.h"

#include "code/dis.h"
#include "code/flow.h"
#include "code/literal.h"
#include "code/operand.h"
#include "code/reads.h"
#include "vm/layout.h"

#include <string.h>

enum { MOST_VALUES = 8, TEXT_BYTES = 32 };

/* What is known of a module's code; made when the first instruction of it runs. */
typedef struct ModuleText {
  Dis *dis;
  CodeReads reads;
} ModuleText;

typedef struct Trace {
  Vm *vm;
  const Program *program;
  TraceKind kind;
  TraceSink sink;
  ModuleText *modules;
  CodeText line;
  CodeVec calls; /* const Func *: who is called, outermost first */
  int on;
} Trace;

/* -- lines -- */

static void put(Trace *t, const char *text) { ctext_put(&t->line, text); }

static void put_row_string(Trace *t, const Func *f, uint32_t string) {
  uint32_t n;
  const char *s = orbc_string(&f->module->view, string, &n);
  ctext_add(&t->line, s, n);
}

/* FILE:LINE:COLUMN */
static void put_place(Trace *t, const Func *f, uint32_t pc) {
  uint32_t line, column;
  program_position(f, pc, &line, &column);
  put_row_string(t, f, f->row->file);
  put(t, ":");
  ctext_unsigned(&t->line, line);
  put(t, ":");
  ctext_unsigned(&t->line, column);
}

static void end_line(Trace *t) {
  put(t, "\n");
  if (t->line.bytes.failed || !t->sink.write(t->sink.ctx, t->line.bytes.rows, t->line.bytes.count)) t->on = 0;
  t->line.bytes.count = 0;
}

/* -- values -- */

static void put_string(Trace *t, const StringObj *s) {
  uint32_t n = s->length < TEXT_BYTES ? s->length : TEXT_BYTES;
  const char *bytes = s->length ? (const char *)array_data(s->bytes) + s->start : "";
  while (n < s->length && n && ((unsigned char)bytes[n] & 0xc0) == 0x80) n--; /* not within a character */
  put(t, "\"");
  for (uint32_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)bytes[i];
    const char escape[4] = {'\\', 'x', "0123456789abcdef"[c >> 4], "0123456789abcdef"[c & 15]};
    if (c == '\n') put(t, "\\n");
    else if (c < 32 || c == 127) ctext_add(&t->line, escape, 4);
    else ctext_add(&t->line, bytes + i, 1);
  }
  put(t, n < s->length ? "\"..." : "\"");
}

static void put_object(Trace *t, const Obj *o) {
  if (!o) {
    put(t, "null");
    return;
  }
  uint32_t type = obj_type(o);
  uint32_t length;
  const char *name = program_type_name(t->program, type, &length);
  const ProgramType *row = &t->program->types[type];
  int is_list = row->kind == KIND_LIST, is_array = row->kind == KIND_ARRAY || type == TYPE_BYTES || type == TYPE_LONGS;
  if (type == TYPE_STRING) put_string(t, (const StringObj *)(const void *)o);
  else if (length) ctext_add(&t->line, name, length);
  else put(t, is_list ? "list" : is_array ? "array" : "object");
  if (!is_list && !is_array) return;
  put(t, " of ");
  ctext_unsigned(&t->line, is_list ? ((const ListObj *)(const void *)o)->length : ((const ArrayObj *)(const void *)o)->length);
}

/* Without the comment that says about what a hexadecimal float is. */
static void put_literal(Trace *t, uint32_t type, uint64_t bits) {
  size_t at = t->line.bytes.count;
  literal_print(&t->line, type, bits);
  for (; at + 1 < t->line.bytes.count; at++)
    if (VEC_ROWS(const char, t->line.bytes)[at] == ' ' && VEC_ROWS(const char, t->line.bytes)[at + 1] == ' ') t->line.bytes.count = at;
}

/* `type` 0: not known; small numbers are likely to be numbers. */
static void put_raw(Trace *t, uint32_t type, int64_t value) {
  if (type) put_literal(t, type, (uint64_t)value);
  else if (value >= INT32_MIN && value <= UINT32_MAX) ctext_number(&t->line, value);
  else ctext_hex(&t->line, (uint64_t)value, 16);
}

static void put_register(Trace *t, int ref, uint32_t reg, uint32_t type) {
  put(t, ref ? " p" : " r");
  ctext_unsigned(&t->line, reg);
  put(t, "=");
  if (ref) put_object(t, vm_ref(t->vm, reg));
  else put_raw(t, type, vm_raw(t->vm, reg));
}

/* -- instructions -- */

static int open_module(Trace *t, const Func *f) {
  const ProgramModule *m = f->module;
  ModuleText *text = &t->modules[m - t->program->modules];
  if (text->dis) return 1;
  text->dis = dis_open(&m->view, t->line.bytes.memory);
  return text->dis && reads_init(&text->reads, &m->view, m->grants, t->line.bytes.memory);
}

static const CodeRead *reads_at(const Trace *t, const Func *f, uint32_t pc, uint32_t *n) {
  return reads_of(&t->modules[f->module - t->program->modules].reads, f->row->first_code + pc, n);
}

static uint64_t word_at(const Func *f, uint32_t pc) { return f->module->view.code[f->row->first_code + pc]; }

/* The type that the instruction gives to what it writes; 0: not known. */
static uint32_t written_type(const Trace *t, const Func *f, uint32_t pc) {
  static const uint8_t types[FMT_COUNT + 1] = {[FMT_WR_I32] = TYPE_I32, [FMT_WR_I64] = TYPE_I64, [FMT_WR_U32] = TYPE_U32, [FMT_WR_U64] = TYPE_U64,
                                               [FMT_WR_U8] = TYPE_U8, [FMT_WR_F64] = TYPE_F64, [FMT_WR_F32] = TYPE_F32, [FMT_WR_BOOL] = TYPE_BOOL};
  const OrbcModule *m = &f->module->view;
  uint64_t word = word_at(f, pc);
  uint32_t n, reg = insn_a(word), format = opcode_info[insn_op(word)].a;
  if (types[format]) return types[format];
  if (format == FMT_WR_K) return insn_c(word);
  if (reg < f->row->raw_locals) return m->local_types[f->row->first_local + reg];
  if (insn_op(word) == OP_LDK) return m->constants[insn_wide(word)].type;
  if (insn_op(word) == OP_GETG) return m->globals_raw[insn_wide(word)];
  const CodeRead *reads = reads_at(t, f, pc, &n);
  return (format == FMT_WR_LIKE || insn_op(word) == OP_MOV) && n && !reads[0].ref ? reads[0].type : 0;
}

static int is_repeated(const CodeRead *reads, uint32_t i) {
  uint32_t k = 0;
  while (k < i && (reads[k].reg != reads[i].reg || reads[k].ref != reads[i].ref)) k++;
  return k < i;
}

static void put_reads(Trace *t, const Func *f, uint32_t pc) {
  uint32_t n;
  const CodeRead *reads = reads_at(t, f, pc, &n);
  for (uint32_t i = 0; i < n && i < MOST_VALUES; i++)
    if (!is_repeated(reads, i)) put_register(t, reads[i].ref, reads[i].reg, reads[i].type);
  if (n > MOST_VALUES) put(t, " ...");
}

/* FUNCTION+POSITION FILE:LINE:COLUMN INSTRUCTION ; WHAT IT READS */
static void put_instruction(Trace *t, const VmRegisters *r) {
  const Func *f = r->function;
  uint32_t n;
  put_row_string(t, f, f->row->name);
  put(t, "+");
  ctext_unsigned(&t->line, r->program_counter);
  put(t, " ");
  put_place(t, f, r->program_counter);
  put(t, "  ");
  dis_instruction(t->modules[f->module - t->program->modules].dis, f->index - f->module->first_function, r->program_counter, &t->line);
  reads_at(t, f, r->program_counter, &n);
  if (n) put(t, "  ;");
  put_reads(t, f, r->program_counter);
}

/* What it has written, when it went on to another one of the same call. */
static void put_written(Trace *t, const VmRegisters *before, const VmRegisters *after) {
  uint64_t word = word_at(before->function, before->program_counter);
  unsigned op = insn_op(word);
  int jumps = operand_of(op, 1).kind == OPERAND_LABEL, bank = flow_bank(opcode_info[op].a);
  if (!flow_is_write(opcode_info[op].a) || after->function != before->function || after->frame_pointer != before->frame_pointer) return;
  if (!jumps && after->program_counter != before->program_counter + 1) return; /* it threw, and the error was caught here */
  put(t, "  ->");
  put_register(t, bank == BANK_REF, insn_a(word), bank == BANK_REF ? 0 : written_type(t, before->function, before->program_counter));
}

/* -- calls -- */

static void indent(Trace *t, size_t depth) {
  for (size_t i = 0; i < depth && i < 100; i++) put(t, "  ");
}

static void enter(Trace *t, const Func *f) {
  const OrbcModule *m = &f->module->view;
  const OrbcType *type = orbc_type(m, f->row->type);
  uint32_t raw = 0, ref = f->row->closure != 0;
  indent(t, t->calls.count);
  put(t, "> ");
  put_row_string(t, f, f->row->name);
  put(t, "(");
  for (uint32_t i = 0; i < type->number; i++) {
    uint32_t of = m->items[type->first_item + i].type;
    if (i) put(t, ", ");
    if (is_raw_type(of)) put_raw(t, of, vm_raw(t->vm, raw++));
    else put_object(t, vm_ref(t->vm, ref++));
  }
  put(t, ") ");
  put_place(t, f, 0);
  end_line(t);
  if (!vec_add(&t->calls, &f, 1)) t->on = 0;
}

/* `how`: " =" and the results, or nothing. */
static void leave(Trace *t, const char *how, size_t n) {
  if (!t->calls.count) return;
  const Func *f = VEC_ROWS(const Func *, t->calls)[--t->calls.count];
  indent(t, t->calls.count);
  put(t, "< ");
  put_row_string(t, f, f->row->name);
  ctext_add(&t->line, how, n);
  end_line(t);
}

static int is_return(unsigned op) { return op == OP_RET || op == OP_RETR || op == OP_RETP || op == OP_RETN; }

static void put_results(Trace *t, const Func *f, uint32_t pc) {
  uint32_t n;
  const CodeRead *reads = reads_at(t, f, pc, &n);
  for (uint32_t i = 0; i < n && i < MOST_VALUES; i++) {
    put(t, i ? ", " : " = ");
    if (reads[i].ref) put_object(t, vm_ref(t->vm, reads[i].reg));
    else put_raw(t, reads[i].type, vm_raw(t->vm, reads[i].reg));
  }
}

/* Calls that have begun or ended with the step; `results` are those of a return, in the line. */
static void follow_calls(Trace *t, const VmRegisters *before, uint64_t frame_now, const Func *now, CodeText *results) {
  int returned = is_return(insn_op(word_at(before->function, before->program_counter)));
  if (frame_now > before->frame_pointer && now) enter(t, now);
  for (uint64_t frame = before->frame_pointer; frame > frame_now && t->on; frame--)
    if (returned) leave(t, results->bytes.rows, results->bytes.count);
    else leave(t, ": error", 7);
}

/* -- running -- */

static VmStatus one_step(Trace *t, VmRegisters *after) {
  vm_step(t->vm);
  VmStatus status = vm_run(t->vm);
  vm_registers(t->vm, after);
  return status;
}

static VmStatus step_instruction(Trace *t, const VmRegisters *before, VmRegisters *after) {
  unsigned op = insn_op(word_at(before->function, before->program_counter));
  int may_not_return = opcode_info[op].flags & OPF_KERNEL; /* the program may end there */
  put_instruction(t, before);
  if (may_not_return) end_line(t);
  VmStatus status = one_step(t, after);
  if (may_not_return) return status;
  if (status == VM_BREAK) put_written(t, before, after);
  end_line(t);
  return status;
}

static VmStatus step_call(Trace *t, const VmRegisters *before, VmRegisters *after) {
  CodeText results;
  ctext_init(&results, t->line.bytes.memory);
  if (is_return(insn_op(word_at(before->function, before->program_counter)))) put_results(t, before->function, before->program_counter);
  ctext_add(&results, t->line.bytes.rows, t->line.bytes.count);
  t->line.bytes.count = 0;
  VmStatus status = one_step(t, after);
  if (status == VM_BREAK || status == VM_ERROR) follow_calls(t, before, status == VM_BREAK ? after->frame_pointer : 0, after->function, &results);
  if (results.bytes.failed) t->on = 0;
  ctext_free(&results);
  return status;
}

static VmStatus run(Trace *t) {
  VmRegisters before, after;
  VmStatus status = VM_BREAK;
  vm_registers(t->vm, &before);
  if (t->kind == TRACE_CALLS && before.function) enter(t, before.function);
  for (; t->on && status == VM_BREAK && before.function; before = after) {
    if (!open_module(t, before.function)) break;
    status = t->kind == TRACE_CALLS ? step_call(t, &before, &after) : step_instruction(t, &before, &after);
  }
  return status == VM_BREAK ? vm_run(t->vm) : status;
}

static void close_modules(Trace *t, GcMemory memory) {
  for (uint32_t i = 0; i < t->program->modules_count; i++) {
    if (!t->modules[i].dis) continue;
    dis_close(t->modules[i].dis);
    reads_free(&t->modules[i].reads);
  }
  memory.free(memory.ctx, t->modules, t->program->modules_count * sizeof *t->modules, 16);
}

VmStatus trace_run(Vm *vm, const Program *program, GcMemory memory, TraceKind kind, TraceSink sink) {
  size_t size = program->modules_count * sizeof(ModuleText);
  Trace t = {.vm = vm, .program = program, .kind = kind, .sink = sink, .modules = memory.alloc(memory.ctx, size, 16), .on = 1};
  if (!t.modules) return vm_run(vm);
  memset(t.modules, 0, size);
  ctext_init(&t.line, memory);
  vec_init(&t.calls, memory, sizeof(const Func *));
  VmStatus status = run(&t);
  ctext_free(&t.line);
  vec_free(&t.calls);
  close_modules(&t, memory);
  return status;
}
