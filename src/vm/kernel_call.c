/* kernel_call.c -- CALL_KERNEL: registers to checked arguments.  The parameter letters are in spec/kernel.idl. */
#include "kernel/kcall.h"
#include "vm/internal.h"

/* A buffer argument: array in ref, offset and count in raw.  0: out of range, trap arguments are set. */
static int take_buffer(Vm *vm, ArrayObj *array, const Slot *raw, unsigned shift, void **buffer, uint64_t *size) {
  uint64_t offset = raw[0].u, count = raw[1].u;
  if (!array || offset > array->length || count > array->length - offset) {
    vm->trap_args[0] = offset + count;
    vm->trap_args[1] = array ? array->length : 0;
    return 0;
  }
  *buffer = (char *)array_data(array) + (offset << shift);
  *size = count << shift;
  return 1;
}

int vm_kernel_call(Vm *vm, unsigned id, Slot *raw, Obj **ref) {
  int64_t plain[KERNEL_MAX_PLAIN];
  void *buffers[KERNEL_MAX_BUFFERS];
  uint64_t sizes[KERNEL_MAX_BUFFERS];
  unsigned plains = 0, count = 0;
  const Slot *r = raw;
  for (const char *p = kernel_call_info[id].params; *p; p++) {
    if (*p == 'i' || *p == 'h') plain[plains++] = (r++)->s;
    else if (*p == 's') {
      const StringObj *s = (const StringObj *)(const void *)*ref++;
      if (!s) {
        vm->trap_args[0] = vm->trap_args[1] = 0;
        return 0;
      }
      buffers[count] = (char *)array_data(s->bytes) + s->start;
      sizes[count++] = s->length;
    } else {
      if (!take_buffer(vm, (ArrayObj *)(void *)*ref++, r, *p == 'l' ? 3 : 0, &buffers[count], &sizes[count])) return 0;
      count++;
      r += 2;
    }
  }
  raw[0].s = vm->host.kernel_call(vm->host.ctx, id, plain, buffers, sizes);
  return 1;
}
