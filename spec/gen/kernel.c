/* kernel.c -- host tool: everything that follows from spec/kernel.idl, on stdout.
 *
 *     kernel header    include/orus_kernel.h       the calls and constants for C
 *     kernel orus      std/__kernel.orus           the same for Orus
 *     kernel table     src/kernel/kcall_table.inc  rows of kernel_call_info[] and the typed C functions over kernel_call()
 *     kernel docs      docs/kernel_abi.md          behind the prose of spec/kernel_abi.head.md, which is read from standard input */
#include <stdio.h>
#include <string.h>

typedef struct Call {
  const char *name;
  int id;
  const char *domain, *letters, *names, *errors, *result, *meaning;
} Call;

static const Call calls[] = {
#define KERNEL_CALL(name, id, domain, letters, names, errors, result, meaning) {#name, id, #domain, letters, names, errors, result, meaning},
#include "kernel.idl"
};

typedef struct Const {
  const char *group, *name;
  int value;
  const char *meaning;
} Const;

static const Const consts[] = {
#define KERNEL_CONST(group, name, value, meaning) {#group, #name, value, meaning},
#include "kernel.idl"
};

static const Const errors[] = {
#define KERNEL_ERROR(name, number, meaning) {"ERR", #name, number, meaning},
#include "errors.def"
};

/* What a domain promises to threads; the general rule is in the head of the page. */
static const struct { const char *domain, *title, *threads; } domains[] = {
    {"MEM", "Memory", "Any thread; a block may be freed by another thread than the one that got it."},
    {"IO", "Reading and writing", "Any thread. Calls on one handle at the same time are each done as a whole by the host, in no promised order."},
    {"FS", "Files", "Any thread. Closing a handle that another thread uses is safe: that call ends as if it were open, and the host's object goes with it."},
    {"RNG", "Randomness", "Any thread."},
    {"TIME", "Time", "Any thread."},
    {"ENV", "Environment", "Any thread: it is a copy made when the kernel was opened."},
    {"PROC", "Processes", "Any thread. Of several threads waiting for one process, one gets its code and the others NO_CHILD."},
    {"NET", "Sockets", "Any thread."},
    {"SYS", "System", "Any thread."},
    {"TRACE", "Trace", "Any thread; lines are written whole."},
    {"META", "About the kernel", "Any thread; the error belongs to the thread's context."},
};

enum { CALLS = sizeof calls / sizeof calls[0], CONSTS = sizeof consts / sizeof consts[0], ERRORS = sizeof errors / sizeof errors[0] };

/* The memory calls have pointers in their results, so their prototypes are written here. */
static const char *const memory_prototypes =
    "void *orus_mem_alloc(OrusKctx *k, int64_t size, int64_t align);\n"
    "void *orus_mem_realloc(OrusKctx *k, void *block, int64_t old_size, int64_t new_size, int64_t align);\n"
    "int64_t orus_mem_free(OrusKctx *k, void *block, int64_t size, int64_t align);\n"
    "int64_t orus_mem_zero(OrusKctx *k, void *block, int64_t size);\n";

/* The next space-separated word of *list into `word`; 0 at the end. */
static int next_word(const char **list, char *word, size_t room) {
  size_t n = strcspn(*list, " ");
  if (!n || n >= room) return 0;
  memcpy(word, *list, n);
  word[n] = 0;
  *list += n + ((*list)[n] == ' ');
  return 1;
}

static int is_memory(const Call *c) { return c->letters[0] == '-'; }

static int is_buffer(char letter) { return letter == 'r' || letter == 'w' || letter == 'l'; }

static void c_prototype(const Call *c) {
  const char *names = c->names;
  char name[64];
  printf("int64_t orus_%s(OrusKctx *k", c->name);
  for (const char *p = c->letters; *p && next_word(&names, name, sizeof name); p++) switch (*p) {
    case 'i': printf(", int64_t %s", name); break;
    case 'h': printf(", OrusHandle %s", name); break;
    case 's': printf(", const char *%s, int64_t %s_length", name, name); break;
    case 'l': printf(", int64_t *%s, int64_t %s_count", name, name); break;
    default: printf(", %svoid *%s, int64_t %s_count", *p == 'r' ? "const " : "", name, name);
    }
  putchar(')');
}

static void header(void) {
  puts("/* orus_kernel.h -- the kernel ABI, version 1: the only door of Orus to the outside world.  Generated from spec/kernel.idl: run `make docs`.\n"
       " *\n"
       " * An OrusKernel holds the handles and counters and is shared by threads; an OrusKctx belongs to one thread.  Every call returns >= 0, or -1 with\n"
       " * k->error one of ORUS_ERR_, never the host's number (pointers: NULL).  A call that succeeds leaves k->error alone.  docs/kernel_abi.md tells more. */\n"
       "#ifndef ORUS_KERNEL_H\n#define ORUS_KERNEL_H\n\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
       "#define ORUS_KERNEL_v1 1\n\n"
       "typedef int64_t OrusHandle; /* 0, 1, 2: the standard streams; others never come back once closed */\n"
       "typedef struct OrusKernel OrusKernel;\ntypedef struct OrusPort OrusPort;\n\n"
       "typedef struct OrusKctx {\n  OrusKernel *kernel;\n  int32_t error; /* of the last failed call */\n} OrusKctx;\n\n"
       "typedef struct OrusCounters {\n  int64_t calls, failures, bytes;\n} OrusCounters;\n\n"
       "/* The port of this host.  ORUS_ERR_OK, or why there is no kernel and *out is NULL. */\n"
       "const OrusPort *orus_port_posix(void);\n"
       "int32_t orus_kernel_open(const OrusPort *port, OrusKernel **out);\n"
       "/* Closes all handles but the standard streams.  No thread may be in a call; blocks of memory stay valid only as long as their port. */\n"
       "void orus_kernel_close(OrusKernel *kernel);\n"
       "void orus_kctx_init(OrusKctx *k, OrusKernel *kernel);\n"
       "/* What was counted for the call with this id; zeros for an id that there is not. */\n"
       "OrusCounters orus_kernel_counters(const OrusKernel *kernel, unsigned id);\n"
       "/* \"not found\" ...; never NULL. */\nconst char *orus_error_text(int64_t error);\n");
  puts("enum {");
  for (int i = 0; i < ERRORS; i++) printf("  ORUS_ERR_%s = %d, /* %s */\n", errors[i].name, errors[i].value, errors[i].meaning);
  puts("};\n\nenum {");
  for (int i = 0; i < CONSTS; i++) printf("  ORUS_%s_%s = %d, /* %s */\n", consts[i].group, consts[i].name, consts[i].value, consts[i].meaning);
  puts("};\n\nenum {");
  for (int i = 0; i < CALLS; i++) printf("  ORUS_CALL_%s = %d,\n", calls[i].name, calls[i].id);
  puts("};\n");
  for (int i = 0; i < CALLS; i++) {
    if (is_memory(&calls[i])) continue;
    printf("/* %s: %s */\n", calls[i].meaning, calls[i].result);
    c_prototype(&calls[i]);
    puts(";");
  }
  printf("\n/* Sizes are positive; `size` and `align` of a block are those it was got with. */\n%s", memory_prototypes);
  puts("\n#ifdef __cplusplus\n}\n#endif\n#endif");
}

/* -- Orus -- */

static int buffers_of(const Call *c) {
  int n = 0;
  for (const char *p = c->letters; *p; p++) n += is_buffer(*p);
  return n;
}

static void orus_prototype(const Call *c) {
  const char *names = c->names;
  char name[64];
  printf("extern fn %s(", c->name);
  for (const char *p = c->letters; *p && next_word(&names, name, sizeof name); p++) {
    if (p != c->letters) printf(", ");
    if (*p == 'i' || *p == 'h') printf("%s: i64", name);
    else if (*p == 's') printf("%s: string", name);
    else if (buffers_of(c) == 1) printf("%s: Array[%s], offset: i64, count: i64", name, *p == 'l' ? "i64" : "u8");
    else printf("%s: Array[%s], %s_offset: i64, %s_count: i64", name, *p == 'l' ? "i64" : "u8", name, name);
  }
  printf(") -> i64");
}

static void orus(void) {
  puts("//! The kernel calls and their constants (spec/kernel.idl), for the prelude only. Generated: run `make docs`.\n"
       "//! Internal: docs/kernel_abi.md tells of each call.\n"
       "//! Every call gives at least 0, or -1; then `kernel_errno()` is one of ERR_. A call that succeeds leaves it.\n");
  for (int i = 0; i < ERRORS; i++) printf("/// %s\npub ERR_%s: i64 := %d\n", errors[i].meaning, errors[i].name, errors[i].value);
  for (int i = 0; i < CONSTS; i++) printf("/// %s\npub %s_%s: i64 := %d\n", consts[i].meaning, consts[i].group, consts[i].name, consts[i].value);
  for (int i = 0; i < CALLS; i++) {
    const Call *c = &calls[i];
    if (is_memory(c)) continue;
    printf("\n/// %s.\n/// Result: %s. Errors: %s.\npub ", c->meaning, c->result, c->errors[0] ? c->errors : "none");
    orus_prototype(c);
    puts("");
  }
}

/* -- the table -- */

static unsigned long long error_mask(const Call *c) {
  unsigned long long mask = 0;
  const char *list = c->errors;
  for (char word[64]; next_word(&list, word, sizeof word);) {
    int i = 0;
    while (i < ERRORS && strcmp(errors[i].name, word)) i++;
    if (i == ERRORS) fprintf(stderr, "kernel.idl: %s documents the unknown error %s\n", c->name, word);
    else mask |= 1ull << errors[i].value;
  }
  return mask;
}

static int count_letters(const Call *c, const char *set) {
  int n = 0;
  for (const char *p = c->letters; *p; p++) n += strchr(set, *p) != NULL;
  return n;
}

static void values(const Call *c, const char *set, const char *type, const char *array) {
  const char *names = c->names;
  char name[64];
  int n = 0;
  if (!count_letters(c, set)) return;
  printf("  %s %s[] = {", type, array);
  for (const char *p = c->letters; *p && next_word(&names, name, sizeof name); p++) {
    if (!strchr(set, *p)) continue;
    if (n++) printf(", ");
    if (array[0] == 'r') printf("%s", name);
    else if (array[0] == 'b') printf("(void *)(uintptr_t)%s", name);
    else printf("%s(%s_%s)", *p == 'l' ? "longs_size" : "bytes_size", name, *p == 's' ? "length" : "count");
  }
  puts("};");
}

static void api_function(const Call *c) {
  int plain = count_letters(c, "ih"), buffers = count_letters(c, "srwl");
  puts("");
  c_prototype(c);
  puts(" {");
  values(c, "ih", "const int64_t", "raw");
  values(c, "srwl", "void *const", "buffers");
  values(c, "srwl", "const uint64_t", "sizes");
  printf("  return kernel_call(k, %d, &(KernelArgs){%s, %s, %s});\n}\n", c->id, plain ? "raw" : "NULL", buffers ? "buffers" : "NULL", buffers ? "sizes" : "NULL");
}

static void table(void) {
  puts("/* kcall_table.inc -- generated from spec/kernel.idl: run `make docs`. */\n\n#ifdef KCALL_ROWS");
  int most_plain = 0, most_buffers = 0;
  for (int i = 0; i < CALLS; i++) {
    const Call *c = &calls[i];
    int plain = count_letters(c, "ih"), buffers = count_letters(c, "srwl");
    most_plain = plain > most_plain ? plain : most_plain;
    most_buffers = buffers > most_buffers ? buffers : most_buffers;
    printf("[%d] = {\"%s\", \"%s\", KERNEL_%s},\n", c->id, c->name, c->letters, c->domain);
  }
  puts("#undef KCALL_ROWS\n#endif\n\n#ifdef KCALL_ERRORS /* bit n: error n is documented */");
  for (int i = 0; i < CALLS; i++) printf("[%d] = 0x%llxull,\n", calls[i].id, error_mask(&calls[i]));
  printf("#undef KCALL_ERRORS\n#endif\n\n#ifdef KCALL_API\n_Static_assert(KERNEL_MAX_PLAIN >= %d && KERNEL_MAX_BUFFERS >= %d, \"kernel.idl has a call with more\");\n", most_plain, most_buffers);
  for (int i = 0; i < CALLS; i++)
    if (!is_memory(&calls[i])) api_function(&calls[i]);
  puts("#undef KCALL_API\n#endif");
}

/* -- documentation -- */

static void doc_errors(const Call *c) {
  const char *list = c->errors;
  int n = 0;
  for (char word[64]; next_word(&list, word, sizeof word); n++) printf("%s`%s`", n ? " " : "", word);
  puts(n ? "" : "none");
}

static void doc_call(const Call *c) {
  printf("\n### %s\n\nStable id %d. %s.\n\n", c->name, c->id, c->meaning);
  if (is_memory(c)) {
    char pattern[64];
    snprintf(pattern, sizeof pattern, "orus_%s(", c->name);
    const char *at = strstr(memory_prototypes, pattern);
    while (at > memory_prototypes && at[-1] != '\n') at--;
    printf("    %.*s\n", (int)strcspn(at, "\n"), at);
  } else {
    printf("    ");
    c_prototype(c);
    printf(";\n    ");
    orus_prototype(c);
    puts("");
  }
  printf("\n- Result: %s.\n- Errors: ", c->result);
  doc_errors(c);
}

static void docs(void) {
  for (int ch; (ch = getchar()) != EOF;) putchar(ch);
  puts("\n## Constants\n\n| Name | Value | Meaning |\n|---|---|---|");
  for (int i = 0; i < CONSTS; i++) printf("| `%s_%s` | %d | %s |\n", consts[i].group, consts[i].name, consts[i].value, consts[i].meaning);
  puts("\n## Errors\n\n| Number | Name | Meaning |\n|---|---|---|");
  for (int i = 0; i < ERRORS; i++) printf("| %d | `%s` | %s |\n", errors[i].value, errors[i].name, errors[i].meaning);
  for (unsigned d = 0; d < sizeof domains / sizeof domains[0]; d++) {
    printf("\n## %s\n\nDomain %u. Threads: %s\n", domains[d].title, d, domains[d].threads);
    for (int i = 0; i < CALLS; i++)
      if (!strcmp(calls[i].domain, domains[d].domain)) doc_call(&calls[i]);
  }
}

int main(int argc, char **argv) {
  static const struct { const char *mode; void (*write)(void); } modes[] = {{"header", header}, {"orus", orus}, {"table", table}, {"docs", docs}};
  for (unsigned i = 0; i < sizeof modes / sizeof modes[0]; i++) {
    if (argc != 2 || strcmp(argv[1], modes[i].mode)) continue;
    modes[i].write();
    return ferror(stdout) != 0;
  }
  fputs("usage: kernel header|orus|table|docs\n", stderr);
  return 64;
}
