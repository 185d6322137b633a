/* libFuzzer target: any bytes as Orus source.  It compiles or is refused with a message; what compiles passes the verifier. */
#include "stage0.h"
#include "code/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "build/fuzz-%ld.orus", (long)getpid());
  FILE *f = fopen(path, "wb");
  if (!f) return 0;
  fwrite(data, 1, size, f);
  fclose(f);
  Options options = {.std_dir = "std"};
  Compiler *c = malloc(sizeof *c);
  void *image;
  size_t bytes;
  stage0_init(c, &options);
  if (stage0_compile(c, path, &image, &bytes)) {
    OrbcModule m;
    LoadReport report;
    if (!orbc_read(image, bytes, &m, &report)) __builtin_trap();
    void *scratch = malloc(verify_scratch_size(&m));
    if (!verify_module(&m, ~(uint64_t)0, scratch, NULL, &report)) __builtin_trap();
    free(scratch);
    free(image);
  } else if (!c->message[0]) __builtin_trap();
  stage0_free(c);
  free(c);
  remove(path);
  return 0;
}
