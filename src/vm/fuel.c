/* fuel.c -- slices: the interpreter runs at most VM_SLICE units before it comes here, where limits, interrupts and the debugger are looked at. */
#include "vm/internal.h"

uint64_t fuel_spent(const Vm *vm) {
  int64_t left = (int64_t)(vm->budget - (uintptr_t)vm->pc) / 8;
  return vm->fuel_used + vm->slice - (uint64_t)left;
}

void fuel_charge(Vm *vm, uint64_t units) { vm->budget -= 8 * (uintptr_t)units; }

/* Opens a slice of what fuel is left, at most VM_SLICE; 0 when nothing is. */
static int open_slice(Vm *vm) {
  uint64_t units = VM_SLICE, fuel = vm->limits.fuel;
  if (fuel && fuel <= vm->fuel_used) return 0;
  if (fuel && fuel - vm->fuel_used < units) units = fuel - vm->fuel_used;
  vm->slice = units;
  vm->budget = (uintptr_t)vm->pc + 8 * units;
  return 1;
}

/* Books what the slice used. */
static void close_slice(Vm *vm) {
  vm->fuel_used = fuel_spent(vm);
  vm->slice = 0;
  vm->budget = (uintptr_t)vm->pc;
}

void fuel_start(Vm *vm) {
  vm->fuel_used = 0;
  vm->slice = 0;
  vm->budget = (uintptr_t)vm->pc;
  vm->deadline = vm->limits.deadline_ns ? vm->host.now_ns(vm->host.ctx) + vm->limits.deadline_ns : 0;
}

static int stop(Vm *vm, VmErrorKind kind) {
  vm->stop = kind;
  vm->status = VM_STOPPED;
  return 0;
}

int fuel_slice(Vm *vm) {
  close_slice(vm);
  if (atomic_exchange(&vm->signal, SIGNAL_NONE) == SIGNAL_INTERRUPT) return stop(vm, ERR_KIND_INTERRUPTED);
  if (vm->deadline && vm->host.now_ns(vm->host.ctx) >= vm->deadline) return stop(vm, ERR_KIND_DEADLINE);
  return open_slice(vm) || stop(vm, ERR_KIND_OUT_OF_FUEL);
}

void vm_interrupt(Vm *vm) { atomic_store(&vm->signal, SIGNAL_INTERRUPT); }
