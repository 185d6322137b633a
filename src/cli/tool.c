/* tool.c -- see tool.h. */
#include "cli/tool.h"

#include "cli/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ArrayObj *tool_ask(Vm *vm, const Program *program, const char *name) {
  const Func *f = program_find(program, name, strlen(name));
  if (!f || f->raw_params || f->ref_params) return NULL;
  if (vm_start(vm, f, NULL, NULL) != VM_DONE || vm_run(vm) != VM_DONE) return NULL;
  return (ArrayObj *)(void *)vm_result_ref(vm);
}

static int copy_image(ArrayObj *image, ToolAnswer *to) {
  to->image = malloc(image->length);
  if (!to->image) return 0;
  memcpy(to->image, array_data(image), image->length);
  to->size = image->length;
  return 1;
}

/* Words that each end in a zero byte. */
static int copy_words(ArrayObj *bytes, ToolAnswer *to) {
  char *text = malloc((size_t)bytes->length + 1), *end = text + bytes->length;
  to->text = text;
  to->words = malloc(((size_t)bytes->length + 1) * sizeof *to->words);
  if (!text || !to->words) return 0;
  memcpy(text, array_data(bytes), bytes->length);
  *end = 0;
  for (; text < end; text += strlen(text) + 1) to->words[to->count++] = text;
  return 1;
}

/* Takes over what the tool wants run, or makes the session that it wants. */
static int take_answer(void *ctx, Vm *vm, const Program *program, int code) {
  ToolAnswer *to = ctx;
  Options o;
  ArrayObj *image = code ? NULL : tool_ask(vm, program, "program_image");
  if (!image) return code;
  if (image->length && !copy_image(image, to)) return out_of_memory();
  ArrayObj *words = tool_ask(vm, program, "program_words");
  if (words && !words->length) return code;
  if (!words || !copy_words(words, to)) return out_of_memory();
  if (to->image) return code;
  code = options_parse(&o, to->count, to->words);
  return code < 0 ? session_run(to->host, vm, program, &o) : code;
}

int tool_run(Host *host, char **words, int count, ToolAnswer *answer) {
  Options o = {.file = "orus", .args = words, .args_count = count, .built_in = orus_tool_words};
  *answer = (ToolAnswer){.host = host};
  if (orus_tool_words[0]) return run_image(host, &o, NULL, 0, take_answer, answer);
  fprintf(stderr, "orus: there is no compiler in this executable\n");
  return EXIT_USAGE;
}

void tool_forget(ToolAnswer *answer) {
  free(answer->text);
  free(answer->words);
  free(answer->image);
}
