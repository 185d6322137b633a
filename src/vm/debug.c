/* debug.c -- breakpoints and single steps.  While there are any, every instruction passes debug_stops(); otherwise none does. */
#include "vm/internal.h"

static void set_mode(Vm *vm) { vm->debugging = vm->stepping || vm->breakpoints_count > 0; }

static size_t find(const Vm *vm, const uint64_t *pc) {
  size_t i = 0;
  while (i < vm->breakpoints_count && vm->breakpoints[i] != pc) i++;
  return i;
}

int vm_set_breakpoint(Vm *vm, const Func *func, uint32_t pc) {
  if (pc >= func->row->code || !vm->program->is_exact || program_link(vm->program, func) <= 0) return 0;
  if (find(vm, func_code(vm->program, func) + pc) < vm->breakpoints_count) return 1;
  if (vm->breakpoints_count == vm->breakpoints_room) {
    size_t room = vm->breakpoints_room ? vm->breakpoints_room * 2 : 8;
    const uint64_t **rows = vm->host.memory.alloc(vm->host.memory.ctx, room * sizeof *rows, 16);
    if (!rows) return 0;
    for (size_t i = 0; i < vm->breakpoints_count; i++) rows[i] = vm->breakpoints[i];
    if (vm->breakpoints) vm->host.memory.free(vm->host.memory.ctx, vm->breakpoints, vm->breakpoints_room * sizeof *rows, 16);
    vm->breakpoints = rows;
    vm->breakpoints_room = room;
  }
  vm->breakpoints[vm->breakpoints_count++] = func_code(vm->program, func) + pc;
  set_mode(vm);
  return 1;
}

void vm_clear_breakpoint(Vm *vm, const Func *func, uint32_t pc) {
  size_t i = find(vm, func_code(vm->program, func) + pc);
  if (i < vm->breakpoints_count) vm->breakpoints[i] = vm->breakpoints[--vm->breakpoints_count];
  set_mode(vm);
}

void vm_step(Vm *vm) {
  vm->stepping = 2; /* the instruction the run stands at, then stop before the next */
  set_mode(vm);
}

void debug_drop_step(Vm *vm) {
  vm->stepping = 0;
  set_mode(vm);
}

/* The instruction at which the run stopped last is let through once. */
int debug_stops(Vm *vm, const uint64_t *pc) {
  if (vm->stepping && --vm->stepping == 0) {
    set_mode(vm);
    vm->resumed_at = pc;
    return 1;
  }
  if (pc == vm->resumed_at) {
    vm->resumed_at = NULL;
    return 0;
  }
  vm->resumed_at = NULL;
  if (find(vm, pc) == vm->breakpoints_count) return 0;
  vm->resumed_at = pc;
  return 1;
}

int vm_frame(const Vm *vm, uint32_t i, const Func **func, uint32_t *pc) {
  for (const Frame *f = vm->frame; f > vm->frame_base; f--) {
    uint32_t at = (uint32_t)((f == vm->frame ? vm->pc : f[1].pc - 1) - func_code(vm->program, f->func));
    for (uint32_t level = 0; program_origin(vm->program, f->func, at, level, func, pc); level++)
      if (i-- == 0) return 1;
  }
  return 0;
}

int64_t vm_raw(const Vm *vm, uint32_t reg) { return vm->raw[reg].s; }
const Obj *vm_ref(const Vm *vm, uint32_t reg) { return vm->ref[reg]; }
