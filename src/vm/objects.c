/* objects.c -- objects that the machine makes by itself, and the run-time services. */
#include "vm/internal.h"

#include <string.h>

Obj *vm_array(Vm *vm, uint32_t type, uint32_t length) { return (Obj *)(void *)gc_alloc_array(&vm->heap, type, length); }

Obj *vm_string(Vm *vm, const char *bytes, size_t length) {
  if (length > INT32_MAX) return NULL;
  GcScope scope;
  gc_scope_open(&vm->heap, &scope);
  scope.slots[0] = vm_array(vm, TYPE_BYTES, (uint32_t)length);
  Obj *o = NULL;
  if (scope.slots[0]) {
    memcpy(array_data((ArrayObj *)(void *)scope.slots[0]), bytes, length);
    o = gc_alloc(&vm->heap, obj_header(TYPE_STRING, 0), sizeof(StringObj));
  }
  if (o) {
    StringObj *s = (StringObj *)(void *)o;
    s->bytes = (ArrayObj *)(void *)scope.slots[0];
    s->length = (uint32_t)length;
    gc_wrote(&vm->heap, o);
  }
  gc_scope_close(&vm->heap, &scope);
  return o;
}

Obj *object_string_constant(Vm *vm, uint32_t index) {
  uint32_t length;
  const char *bytes = program_string(vm->program, index, &length);
  return table_prepare(vm, &vm->strings, index) ? table_set(&vm->strings, index, vm_string(vm, bytes, length)) : NULL;
}

Obj *object_one(Vm *vm, uint32_t type) { return table_prepare(vm, &vm->ones, type) ? table_set(&vm->ones, type, gc_alloc(&vm->heap, vm->headers[type], 16)) : NULL; }

/* The array of a list without elements: nothing can be stored in it, so one for all lists of a type will do. */
static Obj *empty_array(Vm *vm, uint32_t type) {
  Obj *o = table_get(&vm->ones, type);
  return o || !table_prepare(vm, &vm->ones, type) ? o : table_set(&vm->ones, type, vm_array(vm, type, 0));
}

ListObj *object_list(Vm *vm, uint32_t type, uint32_t capacity) {
  GcScope scope;
  gc_scope_open(&vm->heap, &scope);
  scope.slots[0] = capacity ? vm_array(vm, vm->types[type].number, capacity) : empty_array(vm, vm->types[type].number);
  Obj *o = scope.slots[0] ? gc_alloc(&vm->heap, vm->headers[type], sizeof(ListObj)) : NULL;
  if (o) {
    ((ListObj *)(void *)o)->data = (ArrayObj *)(void *)scope.slots[0];
    gc_wrote(&vm->heap, o);
  }
  gc_scope_close(&vm->heap, &scope);
  return (ListObj *)(void *)o;
}

/* A box without a name shows that of what is in it.  What follows a @ only tells types apart. */
Obj *object_type_name(Vm *vm, const Obj *o) {
  uint32_t type = obj_type(o), length;
  const ProgramType *t = &vm->types[type];
  const char *name = program_type_name(vm->program, type, &length);
  if ((t->kind == KIND_BOX && !length) || t->kind == KIND_VARIANT || t->kind == KIND_CLOSURE) name = program_type_name(vm->program, t->of, &length);
  const char *end = memchr(name, '@', length);
  return vm_string(vm, name, end ? (size_t)(end - name) : length);
}

static int64_t gc_statistic(Vm *vm, int64_t which) {
  GcStats s;
  gc_stats(&vm->heap, &s);
  const uint64_t values[] = {s.minor, s.full, s.allocated, s.live, s.in_use, s.in_use_max};
  return which >= 0 && which < 6 ? (int64_t)values[which] : -1;
}

int64_t vm_service(Vm *vm, unsigned what, int64_t arg) {
  GcHeap *h = &vm->heap;
  int64_t was;
  switch (what) {
  case SERVICE_GC_COLLECT:
    gc_collect(h, 1);
    fuel_charge(vm, (uint64_t)gc_statistic(vm, 4) / 256);
    return 0;
  case SERVICE_GC_ENABLE:
    was = h->enabled;
    h->enabled = arg != 0;
    return was;
  case SERVICE_GC_THRESHOLD:
    was = h->config.threshold_percent ? h->config.threshold_percent : 100;
    if (arg >= 0) gc_set_threshold(h, arg > 10000 ? 10000 : arg < 10 ? 10 : (int32_t)arg);
    return was;
  case SERVICE_GC_STAT: return gc_statistic(vm, arg);
  case SERVICE_STAT_INSTRUCTIONS: return (int64_t)(vm->executed + fuel_spent(vm));
  case SERVICE_STAT_STACK: return (vm->raw - vm->raw_base) + (vm->ref - vm->ref_base);
  case SERVICE_STAT_MEMORY: return gc_statistic(vm, 4);
  case SERVICE_STAT_CALL_DEPTH: return vm->frame - vm->frame_base;
  case SERVICE_TEST_MODE: return vm->host.test_mode;
  default: return 0;
  }
}

/* Trace entries come from programs, so they may be anything. */
static const Func *entry_func(const Vm *vm, int64_t entry) {
  return entry >= 0 && (uint64_t)entry >> 32 < vm->program->functions_count ? &vm->functions[entry >> 32] : NULL;
}

Obj *vm_frame_text(Vm *vm, int64_t entry, unsigned what) {
    const Func *f = entry_func(vm, entry);
  OrbcFunction room;
  const OrbcFunction *row = f ? func_row(f, &room) : NULL;
  uint32_t length = 0;
  const char *text = f ? orbc_string(&f->module->view, what ? row->file : row->name, &length) : "";
  return vm_string(vm, text, length);
}

int64_t vm_frame_number(Vm *vm, int64_t entry, unsigned what) {
  const Func *f = entry_func(vm, entry);
  uint32_t line = 0, column = 0;
  if (f) program_position(f, (uint32_t)entry, &line, &column);
  return what ? column : line;
}
