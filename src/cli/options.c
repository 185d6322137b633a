/* options.c -- see options.h. */
#include "cli/options.h"

#include "cli/suggest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FOR_RUN = 1 << COMMAND_RUN, FOR_ASM = 1 << COMMAND_ASM, FOR_ALL = (1 << COMMAND_COUNT) - 1 };

/* What the commands do is told by tools/cli/command.orus. */
static const char *const commands[COMMAND_COUNT] = {[COMMAND_RUN] = "run", [COMMAND_VERIFY] = "verify", [COMMAND_DIS] = "dis", [COMMAND_ASM] = "asm"};

typedef enum OptionKind { OPTION_LIMITS, OPTION_JSON, OPTION_STATS, OPTION_TRACE, OPTION_PROFILE, OPTION_LIMIT, OPTION_OUTPUT, OPTION_COUNT } OptionKind;

typedef struct OptionInfo {
  const char *name;
  unsigned commands; /* that take it, as bits */
  enum { NONE, NEEDED, MAYBE } value; /* NEEDED: behind `=` or as the next word; MAYBE: behind `=` */
} OptionInfo;

static const OptionInfo options[OPTION_COUNT] = {
  [OPTION_LIMITS] = {"--limits", FOR_ALL, NONE}, [OPTION_JSON] = {"--json", FOR_RUN, NONE},    [OPTION_STATS] = {"--stats", FOR_RUN, NONE},
  [OPTION_TRACE] = {"--trace", FOR_RUN, MAYBE},  [OPTION_PROFILE] = {"--profile", FOR_RUN, NONE}, [OPTION_LIMIT] = {"--limit", FOR_RUN, NEEDED},
  [OPTION_OUTPUT] = {"-o", FOR_ASM, NEEDED},
};

/* -- printing -- */

int options_finish_output(void) {
  errno = 0;
  if (!fflush(stdout) && !ferror(stdout)) return 0;
  fprintf(stderr, "orus: cannot write to standard output%s%s\n", errno ? ": " : "", errno ? strerror(errno) : "");
  return EXIT_UNCAUGHT;
}

/* What is wrong with a word; the closest right one. */
static int usage_error(const char *what, const Suggestion *s) {
  fprintf(stderr, "orus: %s '%.*s'", what, (int)s->length, s->typed);
  if (s->best) fprintf(stderr, "; did you mean '%s'?\n", s->best);
  else fprintf(stderr, "; see orus help\n");
  return EXIT_USAGE;
}

/* The meanings in limits.def hold no characters that JSON would escape; scripts/test-cli parses all of this. */
static int print_limits(int json) {
  const char *between = "";
  if (json) printf("{");
#define RUN_LIMIT(NAME, field, default, smallest, meaning)                                                                                   \
  if (json) printf("%s\"%s\": {\"default\": %" PRIu64 ", \"smallest\": %" PRIu64 ", \"meaning\": \"%s\"}", between, #field, (uint64_t)(default), \
                   (uint64_t)(smallest), meaning);                                                                                           \
  else printf("%-14s %20" PRIu64 "  %s\n", #field, (uint64_t)(default), meaning);                                                             \
  between = ", ";
#include "limits.def"
  if (json) printf("}\n");
  return options_finish_output();
}

/* -- words -- */

/* The command named by the word; COMMAND_COUNT: none. */
static Command command_named(const char *word) {
  int i = 0;
  while (i < COMMAND_COUNT && strcmp(word, commands[i]) != 0) i++;
  return (Command)i;
}

static int unknown_option(const char *word, size_t n) {
  Suggestion s = suggest_open(word, n);
  for (int i = 0; i < OPTION_COUNT; i++) suggest_offer(&s, options[i].name);
  return usage_error("unknown option", &s);
}

static int unknown_limit(const char *word, size_t n) {
  Suggestion s = suggest_open(word, n);
#define RUN_LIMIT(NAME, field, default, smallest, meaning) suggest_offer(&s, #field);
#include "limits.def"
  return usage_error("no such limit:", &s);
}

/* A decimal number of 64 bits; 0: it is none. */
static int read_number(const char *text, uint64_t *value) {
  uint64_t n = 0;
  if (!*text) return 0;
  for (; *text; text++) {
    unsigned digit = (unsigned)(unsigned char)*text - '0';
    if (digit > 9 || n > (UINT64_MAX - digit) / 10) return 0;
    n = n * 10 + digit;
  }
  *value = n;
  return 1;
}

/* -1, or the exit code. */
static int set_limit(Options *o, const char *text) {
  const char *equals = strchr(text, '=');
  size_t n = equals ? (size_t)(equals - text) : strlen(text);
  uint64_t *limit = NULL;
#define RUN_LIMIT(NAME, field, default, smallest, meaning) \
  if (strlen(#field) == n && !memcmp(#field, text, n)) limit = &o->limits.field;
#include "limits.def"
  if (!limit) return unknown_limit(text, n);
  if (equals && read_number(equals + 1, limit)) return -1;
  fprintf(stderr, "orus: the limit '%.*s' wants a number: --limit %.*s=N\n", (int)n, text, (int)n, text);
  return EXIT_USAGE;
}

static int set_trace(Options *o, const char *what) {
  o->trace = what && !strcmp(what, "calls") ? TRACE_CALLS : TRACE_INSTRUCTIONS;
  if (!what || o->trace == TRACE_CALLS || !strcmp(what, "instructions")) return -1;
  Suggestion s = suggest_open(what, strlen(what));
  suggest_offer(&s, "calls");
  suggest_offer(&s, "instructions");
  return usage_error("there is no trace of", &s);
}

/* -- parsing -- */

typedef struct Asked {
  int limits;
  unsigned given; /* options, as bits */
} Asked;

static int take_option(Options *o, Asked *asked, OptionKind kind, const char *value) {
  asked->given |= 1u << kind;
  switch (kind) {
  case OPTION_LIMITS: asked->limits = 1; break;
  case OPTION_JSON: o->json = 1; break;
  case OPTION_STATS: o->stats = 1; break;
  case OPTION_PROFILE: o->profile = 1; break;
  case OPTION_TRACE: return set_trace(o, value);
  case OPTION_LIMIT: return set_limit(o, value);
  case OPTION_OUTPUT: o->output = value; break;
  case OPTION_COUNT: break;
  }
  return -1;
}

/* The option that the word names, with a value behind `=` or without; OPTION_COUNT: none. */
static int option_named(const char *word) {
  size_t n = strcspn(word, "=");
  int kind = 0;
  while (kind < OPTION_COUNT && (strlen(options[kind].name) != n || memcmp(options[kind].name, word, n))) kind++;
  return kind;
}

/* The option at argv[*at], and its value: behind `=` or the next word. -1, or the exit code. */
static int parse_option(Options *o, Asked *asked, int argc, char **argv, int *at) {
  const char *word = argv[*at], *equals = strchr(word, '=');
  int kind = option_named(word);
  if (kind == OPTION_COUNT) return unknown_option(word, strcspn(word, "="));
  const char *value = equals ? equals + 1 : NULL;
  if (!value && options[kind].value == NEEDED && *at + 1 < argc) value = argv[++*at];
  if (options[kind].value == MAYBE || !options[kind].value == !value) return take_option(o, asked, (OptionKind)kind, value);
  fprintf(stderr, "orus: the option '%s' %s\n", options[kind].name, value ? "takes no value" : "wants a value");
  return EXIT_USAGE;
}

/* Options that the command does not take. */
static int check_given(const Options *o, const Asked *asked) {
  for (int i = 0; i < OPTION_COUNT; i++) {
    if (!(asked->given >> i & 1) || options[i].commands >> o->command & 1) continue;
    fprintf(stderr, "orus: '%s' is no option of '%s'; see orus help %s\n", options[i].name, commands[o->command], commands[o->command]);
    return EXIT_USAGE;
  }
  return -1;
}

/* Whether the file is a compiled program, by its name or its first bytes. */
static int is_compiled(const char *path) {
  size_t n = strlen(path);
  uint32_t magic = 0;
  if (n > 5 && !strcmp(path + n - 5, ".orbc")) return 1;
  FILE *f = fopen(path, "rb");
  int is = f && fread(&magic, sizeof magic, 1, f) == 1 && magic == ORBC_MAGIC;
  if (f) fclose(f);
  return is;
}

int options_are_ours(int argc, char **argv) {
  int named = 0, ours = 0;
  for (int i = 1; i < argc; i++) { /* as options_parse reads them */
    const char *word = argv[i];
    Command c = named ? COMMAND_COUNT : command_named(word);
    int is_last = !strcmp(word, "--"), kind = option_named(word);
    if (is_last) return ours || (i + 1 < argc && is_compiled(argv[i + 1]));
    if (c != COMMAND_COUNT) named = 1, ours = c != COMMAND_RUN;
    else if (word[0] != '-' || !word[1]) return ours || is_compiled(word);
    else if (!strcmp(word, "-h") || !strcmp(word, "--help")) return 0;
    else if (kind == OPTION_LIMITS) ours = 1;
    else if (kind == OPTION_COUNT) return ours;
    else if (options[kind].value == NEEDED && !strchr(word, '=')) i++;
  }
  return ours;
}

int options_parse(Options *o, int argc, char **argv) {
  Asked asked = {0};
  int i = 1, code = -1;
  *o = (Options){.command = COMMAND_RUN};
  for (; i < argc && code < 0; i++) { /* options, and one command among them, up to the file */
    Command c = o->named ? COMMAND_COUNT : command_named(argv[i]);
    if (!strcmp(argv[i], "--")) {
      i++;
      break;
    }
    if (c != COMMAND_COUNT) o->command = c, o->named = 1;
    else if (argv[i][0] == '-' && argv[i][1]) code = parse_option(o, &asked, argc, argv, &i);
    else break;
  }
  if (code < 0 && asked.limits) code = print_limits(o->json);
  if (code < 0) code = check_given(o, &asked);
  if (code >= 0) return code;
  if (i >= argc) {
    fprintf(stderr, "orus: '%s' wants a file; see orus help %s\n", commands[o->command], commands[o->command]);
    return EXIT_USAGE;
  }
  o->file = argv[i++];
  o->args = argv + i;
  o->args_count = argc - i;
  if (o->command == COMMAND_RUN || !o->args_count) return -1;
  fprintf(stderr, "orus: '%s' is one file too many for '%s'\n", argv[i], commands[o->command]);
  return EXIT_USAGE;
}

