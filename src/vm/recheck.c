/* recheck.c -- the debug build's doubt: before an instruction runs, what it reads is compared with the types that the verifier found for it.
 *
 * The verifier is run once more when the machine is made or extended, and tells what each instruction reads.  A fault ends the run with VM_FAULT and a text; nothing
 * is assumed to hold but the tables made here.  A fused instruction is checked as the first of those that it replaces.  Instructions of expanded calls have
 * other registers than the verifier saw and are let through: link with is_exact to have all of them checked.
 */
#include "code/reads.h"
#include "vm/internal.h"

struct Recheck {
  uint32_t modules_count, modules_room;
  CodeReads modules[];
};

/* -- tables -- */

static size_t table_size(uint32_t modules) { return sizeof(Recheck) + modules * sizeof(CodeReads); }

static void free_tables(Vm *vm, Recheck *r) {
  for (uint32_t i = 0; i < r->modules_count; i++) reads_free(&r->modules[i]);
  vm->host.memory.free(vm->host.memory.ctx, r, table_size(r->modules_room), 16);
}

int recheck_open(Vm *vm) {
  GcMemory memory = vm->host.memory;
  const Program *p = vm->program;
  Recheck *r = memory.alloc(memory.ctx, table_size(p->modules_count), 16);
  if (!r) return 0;
  r->modules_room = p->modules_count;
  for (r->modules_count = 0; r->modules_count < p->modules_count;) {
    const ProgramModule *m = &p->modules[r->modules_count];
    if (!reads_init(&r->modules[r->modules_count++], &m->view, m->grants, memory)) return free_tables(vm, r), 0;
  }
  recheck_close(vm);
  vm->recheck = r;
  return 1;
}

void recheck_close(Vm *vm) {
  if (vm->recheck) free_tables(vm, vm->recheck);
  vm->recheck = NULL;
}

/* -- values -- */

static const char *string_fault(const StringObj *s) {
  return s->length && (!s->bytes || (uint64_t)s->start + s->length > s->bytes->length) ? "a string is longer than its bytes" : NULL;
}

static const char *list_fault(const ListObj *l) { return l->length && (!l->data || l->length > l->data->length) ? "a list is longer than its array" : NULL; }

/* Whether `o` may stand where program type `want` is.  A trait is asked for its method when it is called, not before. */
static const char *ref_fault(const Program *p, const Obj *o, uint32_t want) {
  if (!o) return NULL;
  if ((uintptr_t)o % 8 || !(o->header & OBJ_LIVE)) return "a reference to what is no live object";
  uint32_t type = obj_type(o);
  if (type >= p->types_count) return "an object of no type";
  if (p->types[want].kind != KIND_TRAIT && !program_assignable(p, type, want)) return "an object of another type";
  if (type == TYPE_STRING) return string_fault((const StringObj *)(const void *)o);
  return p->types[type].kind == KIND_LIST ? list_fault((const ListObj *)(const void *)o) : NULL;
}

static const char *read_fault(const Vm *vm, const Func *f, const CodeRead *read) {
  const FuncCode *head = func_head(func_code(vm->program, f));
  if (!read->ref) {
    if (read->reg >= head->raw_total || vm->raw + read->reg >= vm->raw_base + vm->raw_room + VM_SLACK) return "a raw register outside its frame";
    return raw_is_canonical(read->type, vm->raw[read->reg].u) ? NULL : "a raw value outside its type";
  }
  if (read->reg >= head->ref_total || vm->ref + read->reg >= vm->ref_base + vm->ref_room + VM_SLACK) return "a reference register outside its frame";
  uint32_t type = read->type < ORBC_FIRST_MODULE_TYPE ? read->type : f->module->types[read->type - ORBC_FIRST_MODULE_TYPE];
  return ref_fault(vm->program, vm->ref[read->reg], type);
}

int recheck(Vm *vm, const uint64_t *pc) {
  if (pc == interp_exit_code + 1) return 1; /* HALT: no function any more */
  const Func *f = vm->frame->func;
  const uint64_t *code = func_code(vm->program, f);
  if (pc < code || pc >= code + func_head(code)->length) return vm->fault = "the program counter is outside its function", 0;
  const CodeReads *m = &vm->recheck->modules[f->module - vm->program->modules];
  const Func *from;
  uint32_t at, outer;
  if (program_origin(vm->program, f, (uint32_t)(pc - code), 1, &from, &outer)) return 1;
  program_origin(vm->program, f, (uint32_t)(pc - code), 0, &from, &at);
  uint32_t n;
  const CodeRead *reads = reads_of(m, f->row->first_code + at, &n);
  for (uint32_t i = 0; i < n && !vm->fault; i++) vm->fault = read_fault(vm, f, &reads[i]);
  return !vm->fault;
}
