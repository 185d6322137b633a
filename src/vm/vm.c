/* vm.c -- opening and closing a machine, starting and continuing runs, limits, statistics. */
#include "vm/internal.h"

#include <string.h>

/* -- limits -- */

static uint64_t clamp(uint64_t value, uint64_t standard, uint64_t smallest) {
  if (!value) return standard;
  return value < smallest ? smallest : value;
}

static void set_limits(VmLimits *to, const VmLimits *from) {
  static const VmLimits none;
  if (!from) from = &none;
#define RUN_LIMIT(NAME, field, default, smallest, meaning) to->field = clamp(from->field, default, smallest);
#include "limits.def"
}

/* Marking that is under way in steps is carried on so. */
static void set_collector(GcConfig *config, const VmLimits *limits) {
  config->heap_limit = limits->heap_bytes;
  config->incremental = limits->gc_step < limits->heap_bytes;
  config->step_bytes = limits->gc_step > UINT32_MAX / 8 ? UINT32_MAX / 8 : (uint32_t)limits->gc_step;
}

void vm_set_limits(Vm *vm, const VmLimits *limits) {
  set_limits(&vm->limits, limits);
  set_collector(&vm->heap.config, &vm->limits);
  gc_set_limit(&vm->heap, vm->limits.heap_bytes);
}

void vm_get_limits(const Vm *vm, VmLimits *limits) { *limits = vm->limits; }

/* -- roots -- */

static void visit_roots(void *ctx, GcHeap *h) {
  Vm *vm = ctx;
  stack_visit(vm, h);
  gc_visit(h, vm->globals_ref, vm->globals_ref_count);
  table_visit(h, &vm->strings);
  table_visit(h, &vm->ones);
  gc_visit(h, (Obj **)(void *)&vm->error, 1);
  gc_visit(h, (Obj **)(void *)&vm->out_of_memory, 1);
  gc_visit(h, &vm->result_ref, 1);
}

static void close_handle(void *ctx, int64_t handle) {
  Vm *vm = ctx;
  vm->host.close(vm->host.ctx, handle);
}

static uint64_t now(void *ctx) {
  Vm *vm = ctx;
  return vm->host.now_ns(vm->host.ctx);
}

/* -- opening and closing -- */

/* The first `used` rows are those of `old`, the others zero. */
static void *grab_table(Vm *vm, const void *old, size_t used, size_t rows, size_t size) {
  size_t bytes = rows * size + 8;
  char *block = vm->host.memory.alloc(vm->host.memory.ctx, bytes, 16);
  if (!block) return NULL;
  if (used) memcpy(block, old, used * size);
  memset(block + used * size, 0, bytes - used * size);
  return block;
}

static void release(Vm *vm, void *block, size_t rows, size_t size) {
  if (block) vm->host.memory.free(vm->host.memory.ctx, block, rows * size + 8, 16);
}

/* Where the program's tables are now: they move when modules are added. */
static void follow_program(Vm *vm) {
  const Program *p = vm->program;
  vm->functions = p->functions;
  vm->codes = p->codes;
  vm->types = p->types;
  vm->heap.config.shapes = p->shapes;
  vm->heap.config.shapes_count = p->types_count;
}

/* Makes one table have as many rows as there must be; 0: no memory, and it is as before. */
static int grow_table(Vm *vm, void *table, uint32_t *used, uint32_t rows, size_t size) {
  void **at = table, *more = grab_table(vm, *at, *at ? *used : 0, rows, size);
  if (!more) return 0;
  release(vm, *at, *used, size);
  *at = more;
  *used = rows;
  return 1;
}

static int make_headers(Vm *vm) {
  const Program *p = vm->program;
  size_t bytes = p->types_count * sizeof *vm->headers;
  uint64_t *headers = vm->host.memory.alloc(vm->host.memory.ctx, bytes, 16);
  if (!headers) return 0;
  for (uint32_t i = 0; i < p->types_count; i++) headers[i] = obj_header(i, p->shapes[i].tag);
  if (vm->headers) vm->host.memory.free(vm->host.memory.ctx, vm->headers, vm->headers_count * sizeof *headers, 16);
  vm->headers = headers;
  vm->headers_count = p->types_count;
  return 1;
}

static int grow_tables(Vm *vm) {
  const Program *p = vm->program;
  follow_program(vm);
  return table_grow(vm, &vm->strings, p->strings_count) && table_grow(vm, &vm->ones, p->types_count) &&
         grow_table(vm, &vm->globals_ref, &vm->globals_ref_count, p->globals_ref_count, sizeof(Obj *)) &&
         grow_table(vm, &vm->globals_raw, &vm->globals_raw_count, p->globals_raw_count, sizeof(Slot)) && make_headers(vm);
}

static int open_heap(Vm *vm) {
  GcConfig config = {.memory = vm->host.memory, .shapes = vm->program->shapes, .shapes_count = vm->program->types_count,
                     .ctx = vm, .roots = visit_roots, .close = close_handle, .now_ns = now};
  set_collector(&config, &vm->limits);
  vm->frame = vm->frame_base;
  vm->ref = vm->ref_base;
  vm->ref_base[0] = NULL;
  vm->raw = vm->raw_base;
  return gc_init(&vm->heap, &config);
}

Vm *vm_new(const Program *program, const VmHost *host, const VmLimits *limits) {
  Vm *vm = host->memory.alloc(host->memory.ctx, sizeof *vm, 64);
  if (!vm) return NULL;
  memset(vm, 0, sizeof *vm);
  vm->program = program;
  vm->host = *host;
  set_limits(&vm->limits, limits);
  atomic_init(&vm->signal, SIGNAL_NONE);
  if (stack_init(vm) && grow_tables(vm) && open_heap(vm) && errors_init(vm) && (!RECHECKS || recheck_open(vm))) return vm;
  vm_free(vm);
  return NULL;
}

static void drop_run(Vm *vm) {
  vm->executed += vm->suspended ? fuel_spent(vm) : 0;
  vm->suspended = 0;
  vm->started = 0;
  vm->frame = vm->frame_base;
  vm->raw = vm->raw_base;
  vm->ref = vm->ref_base;
}

int vm_extend(Vm *vm) {
  drop_run(vm);
  return grow_tables(vm) && (!RECHECKS || recheck_open(vm));
}

void vm_free(Vm *vm) {
  VmHost host = vm->host;
  if (vm->heap.config.roots) {
    follow_program(vm);
    gc_free(&vm->heap);
  }
  stack_free(vm);
  recheck_close(vm);
  table_free(vm, &vm->strings);
  table_free(vm, &vm->ones);
  if (vm->headers) host.memory.free(host.memory.ctx, vm->headers, vm->headers_count * sizeof *vm->headers, 16);
  release(vm, vm->globals_ref, vm->globals_ref_count, sizeof(Obj *));
  release(vm, vm->globals_raw, vm->globals_raw_count, sizeof(Slot));
  if (vm->breakpoints) host.memory.free(host.memory.ctx, vm->breakpoints, vm->breakpoints_room * sizeof *vm->breakpoints, 16);
  host.memory.free(host.memory.ctx, vm, sizeof *vm, 64);
}

/* -- running -- */

/* There is no frame yet that could catch it. */
static VmStatus fail_to_start(Vm *vm, VmErrorKind kind) {
  vm->frame = vm->frame_base;
  vm->pc = interp_exit_code + 1;
  fuel_start(vm);
  vm_trap(vm, kind, 0, 0);
  return vm->status = VM_ERROR;
}

/* The outermost frame: it returns to HALT. */
VmStatus vm_start(Vm *vm, const Func *func, const int64_t *raw, Obj *const *refs) {
  drop_run(vm);
  vm->error = NULL;
  vm->fault = NULL;
  int linked = program_link(vm->program, func);
  if (linked <= 0) return fail_to_start(vm, linked ? ERR_KIND_INVALID_INSTRUCTION : ERR_KIND_OUT_OF_MEMORY);
  vm->frame = vm->frame_base + 1;
  vm->frame->func = func;
  vm->frame->pc = interp_exit_code + 1;
  vm->pc = func_code(vm->program, func);
  const FuncCode *head = func_head(vm->pc);
  memset(vm->raw, 0, ((size_t)head->raw_total + 1) * sizeof(Slot));
  memset(vm->ref, 0, ((size_t)head->ref_total + 1) * sizeof(Obj *));
  for (unsigned i = 0; i < func->raw_params; i++) vm->raw[i].s = raw[i];
  for (unsigned i = 0; i < func->ref_params; i++) vm->ref[i] = refs[i];
  fuel_start(vm);
  vm->status = VM_STOPPED;
  vm->suspended = 1;
  return VM_DONE;
}

VmStatus vm_run(Vm *vm) {
  if (!vm->suspended) return VM_NO_MEMORY;
  vm->started = 1;
  if (vm->slice == 0 && !fuel_slice(vm)) return vm->status;
  vm->status = interp_run(vm);
  if (vm->stepping && vm->status != VM_BREAK) debug_drop_step(vm);
  if (vm->status == VM_DONE || vm->status == VM_ERROR || vm->status == VM_FAULT) {
    vm->executed += fuel_spent(vm);
    vm->fuel_used = vm->slice = 0;
    vm->budget = (uintptr_t)vm->pc;
    vm->suspended = 0;
    vm->frame = vm->frame_base;
  }
  return vm->status;
}

int64_t vm_result(const Vm *vm) { return vm->result; }
Obj *vm_result_ref(const Vm *vm) { return vm->result_ref; }
const char *vm_fault(const Vm *vm) { return vm->fault; }
VmErrorKind vm_stop_kind(const Vm *vm) { return vm->stop; }
GcHeap *vm_heap(Vm *vm) { return &vm->heap; }

void vm_stats(const Vm *vm, VmStats *stats) {
  *stats = (VmStats){.instructions = vm->executed + (vm->suspended ? fuel_spent(vm) : 0),
                     .raw_slots = (uint64_t)(vm->raw - vm->raw_base),
                     .ref_slots = (uint64_t)(vm->ref - vm->ref_base),
                     .call_depth = (uint64_t)(vm->frame - vm->frame_base)};
  stack_stats(vm, stats);
  gc_stats(&vm->heap, &stats->heap);
}

VmState vm_state(const Vm *vm) {
  if (!vm->started) return VM_READY;
  if (vm->suspended) return VM_PAUSED;
  return vm->status == VM_DONE ? VM_HALTED : VM_FAILED;
}

void vm_registers(const Vm *vm, VmRegisters *r) {
  VmState state = vm_state(vm);
  *r = (VmRegisters){.raw_pointer = (uint64_t)(vm->raw - vm->raw_base), .ref_pointer = (uint64_t)(vm->ref - vm->ref_base),
                     .frame_pointer = (uint64_t)(vm->frame - vm->frame_base), .error = state == VM_FAILED, .halted = state == VM_HALTED || state == VM_FAILED};
  r->overflow = r->error && vm->error && vm_error_kind(vm) == ERR_KIND_OVERFLOW;
  if (!vm->suspended) return;
  vm_frame(vm, 0, &r->function, &r->program_counter);
  vm_frame(vm, 1, &r->return_function, &r->return_address);
}
