/* orbc_write.c -- a module as a file image.  Deterministic: sections in their order, gaps zero, empty sections left out. */
#include "code/orbc.h"
#include "code/opcode.h"

#include <string.h>

/* FNV moves bits only upwards; bring the high ones down between words. */
static uint64_t mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x100000001b3u;
  return hash ^ hash >> 29;
}

uint64_t orbc_checksum(const void *bytes, size_t size) {
  const unsigned char *at = bytes;
  uint64_t hash = 0xcbf29ce484222325u;
  uint64_t word;
  size_t i = 0;
  for (; size - i >= 8; i += 8) {
    memcpy(&word, at + i, 8);
    hash = mix(hash, word);
  }
  if (i == size) return hash ^ size;
  word = 0;
  memcpy(&word, at + i, size - i);
  return mix(hash, word) ^ size;
}

typedef struct SectionPlan {
  const void *rows;
  uint64_t row_size;
  uint32_t count;
} SectionPlan;

static uint64_t align8(uint64_t n) { return (n + 7) & ~(uint64_t)7; }

static void plan_sections(const OrbcModule *m, SectionPlan plan[ORBC_SECTION_COUNT]) {
#define SECTION(name, field, row, bytes, meaning) plan[ORBC_##name] = (SectionPlan){m->field, bytes, m->field##_count};
#include "sections.def"
}

size_t orbc_size(const OrbcModule *module) {
  SectionPlan plan[ORBC_SECTION_COUNT];
  plan_sections(module, plan);
  uint64_t size = sizeof(OrbcHeader);
  for (int i = 0; i < ORBC_SECTION_COUNT; i++)
    if (plan[i].count) size += sizeof(OrbcSection) + align8(plan[i].count * plan[i].row_size);
  return size <= FILE_LIMIT_FILE_BYTES ? (size_t)size : 0;
}

void orbc_write(const OrbcModule *module, void *image) {
  SectionPlan plan[ORBC_SECTION_COUNT];
  plan_sections(module, plan);
  size_t size = orbc_size(module);
  char *base = image;
  memset(base, 0, size);
  OrbcHeader header = {ORBC_MAGIC, ORBC_VERSION_MAJOR, ORBC_VERSION_MINOR, 0, 0, size, 0};
  for (int i = 0; i < ORBC_SECTION_COUNT; i++) header.sections += plan[i].count != 0;
  char *row = base + sizeof header;
  uint64_t offset = sizeof header + header.sections * sizeof(OrbcSection);
  for (uint32_t i = 0; i < ORBC_SECTION_COUNT; i++) {
    if (!plan[i].count) continue;
    OrbcSection section = {i, plan[i].count, offset};
    memcpy(row, &section, sizeof section);
    row += sizeof section;
    memcpy(base + offset, plan[i].rows, (size_t)(plan[i].count * plan[i].row_size));
    offset += align8(plan[i].count * plan[i].row_size);
  }
  header.checksum = orbc_checksum(base + sizeof header, size - sizeof header);
  memcpy(base, &header, sizeof header);
}
