/* errors.c -- making errors, filling in their trace, and unwinding to the handler.
 *
 * This is the one place where the machine throws.  Making an error may itself run out of memory; then the error made when the machine was opened is
 * thrown instead. */
#include "vm/internal.h"

#include <string.h>

typedef struct KindRow {
  const char *name, *message, *class_name;
} KindRow;

static const KindRow kinds[] = {
#define ERROR_KIND(NAME, number, name, catchable, class, message) [number] = {name, message, #class},
#include "errors.def"
};

const char *vm_kind_name(int kind) {
  return kind > 0 && (size_t)kind < sizeof kinds / sizeof kinds[0] ? kinds[kind].name : "unknown";
}

const char *vm_kind_class(int kind) {
  return kind > 0 && (size_t)kind < sizeof kinds / sizeof kinds[0] ? kinds[kind].class_name : "PROGRAM";
}

/* -- message -- */

static size_t put_number(char *to, int64_t n) {
  char digits[24];
  size_t count = 0, at = 0;
  uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
  do digits[count++] = (char)('0' + u % 10);
  while (u /= 10);
  if (n < 0) to[at++] = '-';
  while (count) to[at++] = digits[--count];
  return at;
}

/* The template with {0} and {1} filled in. */
static size_t format(char *to, size_t room, const char *template, const uint64_t *args) {
  size_t n = 0;
  for (const char *s = template; *s && n + 24 < room; s++) {
    if (s[0] == '{' && (s[1] == '0' || s[1] == '1') && s[2] == '}') {
      n += put_number(to + n, (int64_t)args[s[1] - '0']);
      s += 2;
    } else to[n++] = *s;
  }
  return n;
}

/* NULL: no memory. */
static ErrorObj *new_error(Vm *vm, VmErrorKind kind, const char *text, size_t n) {
  GcScope scope;
  gc_scope_open(&vm->heap, &scope);
  scope.slots[0] = gc_alloc(&vm->heap, obj_header(TYPE_ERROR, 0), sizeof(ErrorObj));
  if (scope.slots[0]) scope.slots[1] = vm_string(vm, text, n);
  ErrorObj *e = scope.slots[1] ? (ErrorObj *)(void *)scope.slots[0] : NULL;
  if (e) {
    e->kind = (int32_t)kind;
    e->message = (StringObj *)(void *)scope.slots[1];
    gc_wrote(&vm->heap, scope.slots[0]);
  }
  gc_scope_close(&vm->heap, &scope);
  return e;
}

static ErrorObj *make_error(Vm *vm, VmErrorKind kind, const uint64_t *args) {
  char text[160];
  return new_error(vm, kind, text, format(text, sizeof text, kinds[kind].message, args));
}

/* The error that is there when nothing else can be made.  Its empty trace serves all errors whose own could not be made: a trace is never NULL. */
int errors_init(Vm *vm) {
  ErrorObj *e = vm->out_of_memory = new_error(vm, ERR_KIND_OUT_OF_MEMORY, "out of memory", 13);
  ArrayObj *empty = e ? gc_alloc_array(&vm->heap, TYPE_LONGS, 0) : NULL;
  if (!empty) return 0;
  e = vm->out_of_memory; /* it may have moved */
  e->trace = empty;
  gc_wrote(&vm->heap, (Obj *)(void *)e);
  return 1;
}

/* -- trace -- */

/* Private position in its function of frame `i`, counted from the innermost one. */
static uint32_t position_of(const Vm *vm, size_t i) {
  const Frame *f = vm->frame - i;
  return (uint32_t)((i ? f[1].pc : vm->pc) - 1 - func_code(vm->program, f->func));
}

/* Function calls as they were written: more than frames, where calls were expanded. */
static size_t count_calls(const Vm *vm) {
  size_t n = 0, frames = (size_t)(vm->frame - vm->frame_base);
  const Func *f;
  uint32_t pc;
  for (size_t i = 0; i < frames; i++)
    for (uint32_t level = 0; program_origin(vm->program, vm->frame[-(ptrdiff_t)i].func, position_of(vm, i), level, &f, &pc); level++) n++;
  return n;
}

/* Of `depth` calls `n` are kept: when these are fewer, the innermost and outermost halves with -1 between them. */
static void write_trace(const Vm *vm, int64_t *to, size_t depth, size_t n) {
  size_t inner = depth <= n ? n : (n + 1) / 2, call = 0;
  const Func *f;
  uint32_t pc;
  for (size_t i = 0; call < depth; i++)
    for (uint32_t level = 0; program_origin(vm->program, vm->frame[-(ptrdiff_t)i].func, position_of(vm, i), level, &f, &pc); level++, call++) {
      size_t at = call < inner ? call : call >= depth - (n - inner) ? call - (depth - n) : n;
      if (at < n) to[at] = (int64_t)f->index << 32 | pc;
    }
  if (depth > n && inner < n) to[inner] = -1;
}

static void fill_trace(Vm *vm, ErrorObj *e) {
  size_t depth = count_calls(vm), limit = (size_t)vm->limits.trace_depth, n = depth < limit ? depth : limit;
  GcScope scope;
  fuel_charge(vm, depth / 8); /* else a trap deep down would be much work for little fuel */
  gc_scope_open(&vm->heap, &scope);
  scope.slots[0] = (Obj *)(void *)e;
  ArrayObj *a = gc_alloc_array(&vm->heap, TYPE_LONGS, (uint32_t)n);
  e = (ErrorObj *)(void *)scope.slots[0];
  gc_scope_close(&vm->heap, &scope);
  vm->error = e;
  if (!a) { /* an error without trace is better than none */
    e->trace = vm->out_of_memory->trace;
    gc_wrote(&vm->heap, (Obj *)(void *)e);
    return;
  }
  write_trace(vm, array_data(a), depth, n);
  e->trace = a;
  gc_wrote(&vm->heap, (Obj *)(void *)e);
}

/* -- unwinding -- */

/* The handler of the instruction in front of `next`; NULL: none. */
static const OrbcHandler *find_handler(const Vm *vm, const Func *f, const uint64_t *next) {
  const uint64_t *code = func_code(vm->program, f);
  const OrbcHandler *h = func_handlers(func_head(code));
  uint32_t count = func_head(code)->handlers_count, at = (uint32_t)(next - 1 - code), low = 0, high = count;
  while (low < high) { /* the first that ends behind it */
    uint32_t middle = low + (high - low) / 2;
    if (h[middle].end <= at) low = middle + 1;
    else high = middle;
  }
  return low < count && h[low].start <= at ? &h[low] : NULL;
}

/* With the fuel that is left. */
static void go_on_at(Vm *vm, const uint64_t *pc) {
  vm->budget += (uintptr_t)pc - (uintptr_t)vm->pc;
  vm->pc = pc;
}

static void pop_frame(Vm *vm) {
  uint64_t call = vm->frame->pc[-1];
  go_on_at(vm, vm->frame->pc);
  vm->raw -= insn_a(call);
  vm->ref -= insn_b(call);
  vm->frame--;
}

int vm_throw(Vm *vm, ErrorObj *e) {
  vm->error = e;
  if (!e->trace) fill_trace(vm, e);
  for (; vm->frame > vm->frame_base; pop_frame(vm)) {
    vm->budget -= 8 * (uint64_t)(int64_t)program_debt(vm->program, vm->frame->func, position_of(vm, 0));
    const OrbcHandler *h = find_handler(vm, vm->frame->func, vm->pc);
    if (!h) continue;
    vm->ref[h->reg] = (Obj *)(void *)vm->error;
    vm->error = NULL;
    go_on_at(vm, func_code(vm->program, vm->frame->func) + h->target);
    return 1;
  }
  return 0;
}

int vm_trap(Vm *vm, VmErrorKind kind, uint64_t arg0, uint64_t arg1) {
  uint64_t args[2] = {arg0, arg1};
  ErrorObj *e = kind == ERR_KIND_OUT_OF_MEMORY ? NULL : make_error(vm, kind, args);
  return vm_throw(vm, e ? e : vm->out_of_memory);
}

/* -- for the host -- */

Obj *vm_error(const Vm *vm) { return (Obj *)(void *)vm->error; }
int vm_error_kind(const Vm *vm) { return vm->error ? vm->error->kind : 0; }

const char *vm_error_message(const Vm *vm, const Obj *error, uint32_t *length) {
  const StringObj *s = ((const ErrorObj *)(const void *)error)->message;
  *length = s ? s->length : 0;
  return s ? (const char *)array_data(s->bytes) + s->start : "";
}

int vm_error_frame(const Vm *vm, const Obj *error, uint32_t i, const Func **func, uint32_t *pc) {
  const ArrayObj *trace = ((const ErrorObj *)(const void *)error)->trace;
  if (!trace || i >= trace->length) return 0;
  int64_t entry = ((const int64_t *)(const void *)(trace + 1))[i];
  uint32_t index = (uint32_t)(entry >> 32);
  *func = entry >= 0 && index < vm->program->functions_count ? &vm->functions[index] : NULL;
  *pc = (uint32_t)entry;
  return 1;
}
