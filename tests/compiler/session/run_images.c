/* run_images FILE.orbc...: adds the images to one program and then runs the entry function of each, in order, in one machine.  Exit code 1: something failed. */
#include "../../kernel_host.h"
#include "code/program.h"

#include <stdio.h>

static void *read_image(const char *path, size_t *size) {
  FILE *f = fopen(path, "rb");
  size_t room = 1 << 24;
  void *bytes = f ? aligned_alloc(16, room) : NULL;
  if (bytes) *size = fread(bytes, 1, room, f);
  if (f) fclose(f);
  return bytes;
}

static int add_all(Program *p, char **paths, int count, uint32_t *entries) {
  for (int i = 0; i < count; i++) {
    LoadReport report;
    size_t size = 0;
    void *image = read_image(paths[i], &size);
    if (!image || !program_add(p, image, size, ~(uint64_t)0, &report)) {
      fprintf(stderr, "run_images: %s: %s (%s)\n", paths[i], image ? load_error_message(report.error) : "cannot be read", image ? report.detail : "");
      return 0;
    }
    entries[i] = program_entry(p)->index;
  }
  return 1;
}

int main(int argc, char **argv) {
  OrusKernel *kernel;
  Kctx ctx;
  Program program;
  uint32_t entries[64]; /* functions move while modules are added */
  if (argc < 2 || argc > 64 || orus_kernel_open(orus_port_posix(), &kernel)) return 1;
  orus_kctx_init(&ctx, kernel);
  if (!program_init(&program, plain_memory()) || !add_all(&program, argv + 1, argc - 1, entries)) return 1;
  VmHost host = kernel_host(&ctx);
  Vm *vm = vm_new(&program, &host, NULL);
  for (int i = 0; vm && i < argc - 1; i++) {
    Obj *args = NULL; /* no entry here looks at its arguments */
    if (vm_start(vm, &program.functions[entries[i]], NULL, &args) != VM_DONE || vm_run(vm) != VM_DONE || vm_result(vm)) return 1;
  }
  if (!vm) return 1;
  vm_free(vm);
  program_free(&program);
  orus_kernel_close(kernel);
  return 0;
}
