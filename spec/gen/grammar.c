/* grammar.c -- writes docs/reference/grammar.md from spec/grammar.ebnf.  Usage: grammar spec/grammar.ebnf > docs/reference/grammar.md
 *
 * A comment alone on a line begins a section with its name.  Comments that begin with "full" or "Orus-0" say what the bootstrap compiler lacks: they are left out here,
 * as is the comment at the head of the file. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 4096 };

static int is_inside;   /* a code block is open */

static void end_block(void) {
  if (is_inside) puts("```");
  is_inside = 0;
}

static void heading(const char *name, size_t length) {
  end_block();
  printf("\n## %c%.*s\n\n", toupper((unsigned char)name[0]), (int)length - 1, name + 1);
}

static int is_about_bootstrap(const char *comment) {
  return strncmp(comment, "(* full", 7) == 0 || strncmp(comment, "(* Orus-0", 9) == 0;
}

/* Takes the comments about the bootstrap compiler out of the line, and blanks at its end. */
static void strip(char *line) {
  for (char *at = line; (at = strstr(at, "(*"));) {
    char *end = strstr(at, "*)");
    if (!end) break;
    if (!is_about_bootstrap(at)) { at = end; continue; }
    while (at > line && at[-1] == ' ') at--;
    memmove(at, end + 2, strlen(end + 2) + 1);
  }
  for (size_t n = strlen(line); n > 0 && isspace((unsigned char)line[n - 1]); n--) line[n - 1] = '\0';
}

static void rule(const char *line) {
  if (!is_inside) puts("```ebnf");
  is_inside = 1;
  puts(line);
}

/* A line of the grammar without its bootstrap comments: empty, the name of a section, or a rule. */
static void translate(const char *line) {
  const char *end = strstr(line, "*)");
  if (line[0] == '\0') end_block();
  else if (strncmp(line, "(* ", 3) == 0 && end && end[2] == '\0') heading(line + 3, (size_t)(end - line) - 4);
  else rule(line);
}

int main(int argc, char **argv) {
  FILE *spec = argc == 2 ? fopen(argv[1], "r") : NULL;
  if (!spec) { fputs("usage: grammar spec/grammar.ebnf\n", stderr); return EXIT_FAILURE; }
  puts("# Grammar\n\nGenerated from `spec/grammar.ebnf` by `make docs`; change that. The notation is that of ISO 14977: `=` defines, `|` is a choice, `[ ]` may be missing, `{ }` "
       "is any number of times, `( )` groups, text in quotes stands for itself.\n\nWords in capitals are what the text is cut into: names, numbers, strings (see "
       "[the reference](language.md#text)), and NEWLINE, INDENT and DEDENT, which lines and their indentation make outside of brackets. INDENT stands for a line that is indented more "
       "than the one before, DEDENT for the end of such lines; NEWLINE follows it too.\n\n## Module\n");
  char line[LINE_MAX_BYTES];
  int in_head = 1;
  while (fgets(line, sizeof line, spec)) {
    if (in_head) { in_head = !strstr(line, "*)"); continue; }
    int is_blank = line[0] == '\n';
    strip(line);
    if (line[0] != '\0' || is_blank) translate(line);
  }
  end_block();
  fclose(spec);
  return EXIT_SUCCESS;
}
