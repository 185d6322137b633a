/* libFuzzer target: any bytes as assembler text.  What assembles passes the reader; its text, whether the verifier takes the code or not, assembles to
 * the same image. */
#include "code/asm.h"
#include "code/dis.h"
#include "code/verify.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const void *image, size_t size) {
  GcMemory memory = fuzz_memory();
  OrbcModule m;
  LoadReport why;
  AsmReport report;
  CodeText text;
  void *again;
  size_t again_size;
  if (!orbc_read(image, size, &m, &why)) __builtin_trap();
  void *scratch = malloc(verify_scratch_size(&m));
  verify_module(&m, ~(uint64_t)0, scratch, NULL, &why);
  free(scratch);
  ctext_init(&text, memory);
  if (!dis_module(&m, memory, &text)) __builtin_trap();
  if (!asm_assemble(text.bytes.rows, text.bytes.count, memory, &again, &again_size, &report)) __builtin_trap();
  if (again_size != size || memcmp(again, image, size)) __builtin_trap();
  free(again);
  ctext_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  GcMemory memory = fuzz_memory();
  AsmReport report;
  void *image;
  size_t image_size;
  char *text = malloc(size ? size : 1); /* exactly as large: a step outside is seen */
  if (!text) return 0;
  memcpy(text, data, size);
  if (asm_assemble(text, size, memory, &image, &image_size, &report)) {
    round_trip(image, image_size);
    free(image);
  }
  free(text);
  return 0;
}
