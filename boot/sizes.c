/* sizes.c -- what of the executable takes how many bytes, as a table (docs/internals/commands.md, "What takes room"):
 *
 *   sizes EXECUTABLE     what is built into the executable of this build, and what is left of EXECUTABLE, which is stripped
 *
 * Exit code 1: it cannot be read. */
#include "cli/tool.h"
#include "code/prelinked.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

enum { LONG_TEXT = 200 }; /* bytes of a string that is no name any more */

static uint64_t row(const char *what, const char *part, uint64_t rows, uint64_t bytes) {
  if (bytes) printf("| %s | %s | %" PRIu64 " | %" PRIu64 " |\n", what, part, rows, bytes);
  return bytes;
}

/* Texts that programs have as constants stand by themselves. */
static uint64_t strings(const char *what, const OrbcModule *m) {
  uint64_t texts = 0, bytes = 0;
  uint32_t length;
  for (uint32_t i = 0; i < m->string_ends_count; i++) {
    orbc_string(m, i, &length);
    if (length >= LONG_TEXT) texts++, bytes += length;
  }
  return row(what, "strings of 200 bytes and more", texts, bytes) + row(what, "other strings", m->string_ends_count - texts, m->string_bytes_count - bytes);
}

static uint64_t functions(const char *what, const Packed *p) {
  uint64_t code = 0, head = sizeof *p + p->functions * sizeof(uint32_t);
  OrbcFunction f;
  for (uint32_t i = 0; i < p->functions; i++) code += packed_row(p, i, &f) ? f.code : 0;
  row(what, "functions, packed: where they are, commonest instructions", p->functions, head);
  row(what, "functions, packed: instructions and the rest", code, p->bytes);
  return head + p->bytes;
}

static uint64_t words(const char *what, const uint64_t *all) {
  const Prelinked *pre = (const Prelinked *)(const void *)all;
  OrbcModule m;
  orbc_view(prelinked_rest(all), &m);
  uint64_t sum = strings(what, &m), code = pre->tables[PRELINKED_FUNCTIONS].at + pre->tables[PRELINKED_FUNCTIONS].rows;
#define SECTION(name, field, type, bytes, meaning) \
  if (ORBC_##name != ORBC_STRING_BYTES) sum += row(what, "section " #name, m.field##_count, m.field##_count * UINT64_C(bytes));
#include "sections.def"
  sum += functions(what, prelinked_packed(all));
#define TABLE(name, type) \
  if (PRELINKED_##name > PRELINKED_PACKED) sum += row(what, "linked: " #name, pre->tables[PRELINKED_##name].rows, pre->tables[PRELINKED_##name].rows * sizeof(type));
  PRELINKED_TABLES(TABLE)
#undef TABLE
  return sum + row(what, "linked: private code, in words", pre->words - code, (pre->words - code) * sizeof(uint64_t));
}

int main(int argc, char **argv) {
  struct stat executable;
  if (argc != 2 || stat(argv[1], &executable)) {
    fprintf(stderr, "usage: sizes EXECUTABLE\n");
    return 1;
  }
  printf("| Of | part | rows | bytes |\n|---|---|---|---|\n");
  uint64_t sum = words("tools and compiler", orus_tool_words) + words("prelude", orus_std_words);
  row("C", "machine and command line", 0, (uint64_t)executable.st_size - sum);
  row("all", "", 0, (uint64_t)executable.st_size);
  return fflush(stdout) || ferror(stdout) ? 1 : 0;
}
