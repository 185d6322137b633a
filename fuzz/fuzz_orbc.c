/* libFuzzer target: any bytes as an .orbc.  The checksum is mended so that the deeper checks are reached; what is accepted is linked. */
#include "code/program.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  unsigned char *image = malloc(size + 8); /* aligned to 16 */
  if (!image) return 0;
  memcpy(image, data, size);
  OrbcHeader *h = (OrbcHeader *)(void *)image;
  if (size >= sizeof *h) {
    h->magic = ORBC_MAGIC;
    h->bytes = size;
    h->checksum = orbc_checksum(image + sizeof *h, size - sizeof *h);
  }
  Program p;
  LoadReport report;
  GcMemory memory = fuzz_memory();
  if (program_init(&p, memory)) {
    if (program_add(&p, image, size, 0, &report) || program_add_vouched(&p, image, size, 0, &report))
      for (uint32_t i = 0; i < p.functions_count; i++) program_link(&p, &p.functions[i]);
    program_free(&p);
  }
  free(image);
  return 0;
}
