/* compile.h -- from the text of a program to its image, with the bootstrap compiler and the prelude of this tree. */
#ifndef ORUS_TESTS_COMPILE_H
#define ORUS_TESTS_COMPILE_H

#include "stage0.h"

#include <stdio.h>
#include <stdlib.h>

/* The image of the program at `path`, for free(); NULL: it was refused, and what the compiler said is printed. */
static inline void *compile_file(const char *path, size_t *size) {
  Options options = {.std_dir = "std"};
  Compiler *c = malloc(sizeof *c);
  void *image = NULL;
  if (!c) return NULL;
  stage0_init(c, &options);
  if (!stage0_compile(c, path, &image, size)) {
    fprintf(stderr, "%s: %s\n", path, c->message);
    image = NULL;
  }
  stage0_free(c);
  free(c);
  return image;
}

/* The same of `source`, which is kept at `path`. */
static inline void *compile_text(const char *path, const char *source, size_t *size) {
  FILE *f = fopen(path, "w");
  if (!f) return NULL;
  fputs(source, f);
  fclose(f);
  return compile_file(path, size);
}

#endif
