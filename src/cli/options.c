/* options.c -- see options.h. */
#include "cli/options.h"

#include "cli/suggest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FOR_RUN = 1 << COMMAND_RUN, FOR_ASM = 1 << COMMAND_ASM, FOR_ALL = (1 << COMMAND_COUNT) - 1 };

typedef struct CommandInfo {
  const char *name, *operands, *summary, *more;
} CommandInfo;

static const CommandInfo commands[COMMAND_COUNT] = {
  [COMMAND_RUN] = {"run", "[OPTIONS] FILE.orbc [ARGUMENTS...]", "run a compiled program; the word run may be left out",
                   "The exit code is that of the program; 70 after an error that nobody caught or a limit that was reached.\n"
                   "A traced program uses more fuel than one that is not, because none of its calls is expanded.\n"},
  [COMMAND_VERIFY] = {"verify", "FILE.orbc", "check a file without running it", "Exit code 65 when the file is refused; the message says where and why.\n"},
  [COMMAND_DIS] = {"dis", "FILE.orbc", "print a file as assembler text", "What is printed assembles to the same file.\n"},
  [COMMAND_ASM] = {"asm", "[-o FILE.orbc] FILE.oasm", "assemble text", "Without -o the result stands beside the text, with the ending .orbc.\n"},
  [COMMAND_HELP] = {"help", "[COMMAND]", "print this, or what a command does", ""},
};

typedef enum OptionKind { OPTION_HELP, OPTION_VERSION, OPTION_LIMITS, OPTION_JSON, OPTION_STATS, OPTION_TRACE, OPTION_LIMIT, OPTION_OUTPUT, OPTION_COUNT } OptionKind;

typedef struct OptionInfo {
  const char *name, *shape, *summary;
  unsigned commands; /* that take it, as bits */
  enum { NONE, NEEDED, MAYBE } value; /* NEEDED: behind `=` or as the next word; MAYBE: behind `=` */
} OptionInfo;

static const OptionInfo options[OPTION_COUNT] = {
  [OPTION_HELP] = {"--help", "--help, -h", "print what a command does", FOR_ALL, NONE},
  [OPTION_VERSION] = {"--version", "--version [--json]", "print the version", FOR_ALL, NONE},
  [OPTION_LIMITS] = {"--limits", "--limits [--json]", "print the limits and their defaults", FOR_ALL, NONE},
  [OPTION_JSON] = {"--json", NULL, NULL, FOR_ALL, NONE},
  [OPTION_STATS] = {"--stats", "--stats [--json]", "print statistics at the end, on stderr", FOR_RUN, NONE},
  [OPTION_TRACE] = {"--trace", "--trace[=calls]", "print each instruction, or only calls and returns, on stderr", FOR_RUN, MAYBE},
  [OPTION_LIMIT] = {"--limit", "--limit NAME=N", "set a limit (see --limits)", FOR_RUN, NEEDED},
  [OPTION_OUTPUT] = {"-o", "-o FILE", "where the result goes", FOR_ASM, NEEDED},
};

/* -- printing -- */

int options_finish_output(void) {
  if (!fflush(stdout) && !ferror(stdout)) return 0;
  fprintf(stderr, "orus: cannot write to standard output\n");
  return EXIT_UNCAUGHT;
}

/* What is wrong with a word; the closest right one. */
static int usage_error(const char *what, const Suggestion *s) {
  fprintf(stderr, "orus: %s '%.*s'", what, (int)s->length, s->typed);
  if (s->best) fprintf(stderr, "; did you mean '%s'?\n", s->best);
  else fprintf(stderr, "; see orus help\n");
  return EXIT_USAGE;
}

static void print_options(FILE *to, unsigned for_commands) {
  fputs("options:\n", to);
  for (int i = 0; i < OPTION_COUNT; i++)
    if (options[i].shape && options[i].commands & for_commands) fprintf(to, "  %-20s %s\n", options[i].shape, options[i].summary);
}

static void print_usage(FILE *to) {
  for (int i = 0; i < COMMAND_COUNT; i++) {
    int n = fprintf(to, "%s orus %s %s", i ? "      " : "usage:", commands[i].name, commands[i].operands);
    fprintf(to, "%*s %s\n", n < 54 ? 54 - n : 0, "", commands[i].summary);
  }
  print_options(to, FOR_ALL);
}

static int help_on(Command c) {
  printf("usage: orus %s %s\n%c%s.\n%s", commands[c].name, commands[c].operands, commands[c].summary[0] - 'a' + 'A', commands[c].summary + 1, commands[c].more);
  print_options(stdout, 1u << c);
  return options_finish_output();
}

static int print_version(int json) {
  if (json) printf("{\"name\": \"orus\", \"version\": \"%s\", \"orbc\": \"%d.%d\"}\n", ORUS_VERSION, ORBC_VERSION_MAJOR, ORBC_VERSION_MINOR);
  else printf("orus %s\n", ORUS_VERSION);
  return options_finish_output();
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
  while (i < COMMAND_COUNT && strcmp(word, commands[i].name) != 0) i++;
  return (Command)i;
}

static int unknown_command(const char *word) {
  Suggestion s = suggest_open(word, strlen(word));
  for (int i = 0; i < COMMAND_COUNT; i++) suggest_offer(&s, commands[i].name);
  return usage_error("unknown command", &s);
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
  int help, version, limits;
  unsigned given; /* options, as bits */
} Asked;

static int take_option(Options *o, Asked *asked, OptionKind kind, const char *value) {
  asked->given |= 1u << kind;
  switch (kind) {
  case OPTION_HELP: asked->help = 1; break;
  case OPTION_VERSION: asked->version = 1; break;
  case OPTION_LIMITS: asked->limits = 1; break;
  case OPTION_JSON: o->json = 1; break;
  case OPTION_STATS: o->stats = 1; break;
  case OPTION_TRACE: return set_trace(o, value);
  case OPTION_LIMIT: return set_limit(o, value);
  case OPTION_OUTPUT: o->output = value; break;
  case OPTION_COUNT: break;
  }
  return -1;
}

/* The option at argv[*at], and its value: behind `=` or the next word. -1, or the exit code. */
static int parse_option(Options *o, Asked *asked, int argc, char **argv, int *at) {
  const char *word = argv[*at], *equals = strchr(word, '=');
  size_t n = equals ? (size_t)(equals - word) : strlen(word);
  int kind = 0;
  if (!strcmp(word, "-h")) return take_option(o, asked, OPTION_HELP, NULL);
  while (kind < OPTION_COUNT && (strlen(options[kind].name) != n || memcmp(options[kind].name, word, n))) kind++;
  if (kind == OPTION_COUNT) return unknown_option(word, n);
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
    fprintf(stderr, "orus: '%s' is no option of '%s'; see orus help %s\n", options[i].name, commands[o->command].name, commands[o->command].name);
    return EXIT_USAGE;
  }
  return -1;
}

static int help(const char *on) {
  if (!on) {
    print_usage(stdout);
    return options_finish_output();
  }
  Command c = command_named(on);
  return c == COMMAND_COUNT ? unknown_command(on) : help_on(c);
}

static int answer(const Options *o, const Asked *asked, const char *word) {
  if (o->command == COMMAND_HELP) return help(word);
  if (asked->help) return help(o->named ? commands[o->command].name : NULL);
  if (asked->version) return print_version(o->json);
  if (asked->limits) return print_limits(o->json);
  return -1;
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
    else if (argv[i][0] == '-') code = parse_option(o, &asked, argc, argv, &i);
    else break;
  }
  if (code < 0) code = answer(o, &asked, i < argc ? argv[i] : NULL);
  if (code < 0) code = check_given(o, &asked);
  if (code >= 0) return code;
  if (i >= argc) return print_usage(stderr), EXIT_USAGE;
  o->file = argv[i++];
  o->args = argv + i;
  o->args_count = argc - i;
  if (o->command == COMMAND_RUN || !o->args_count) return -1;
  fprintf(stderr, "orus: '%s' is one file too many for '%s'\n", argv[i], commands[o->command].name);
  return EXIT_USAGE;
}

int options_unreadable(const Options *o) {
  if (!o->named && !strpbrk(o->file, "./")) return unknown_command(o->file);
  fprintf(stderr, "orus: cannot read '%s'\n", o->file);
  return EXIT_UNREADABLE;
}
