/* util.c -- memory, names, texts, and the one way to fail. */
#include "stage0.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *libc_alloc(void *ctx, size_t size, size_t align) {
  (void)ctx, (void)align; /* what malloc gives is enough for the arena's 16 */
  return malloc(size);
}

static void libc_free(void *ctx, void *block, size_t size, size_t align) {
  (void)ctx, (void)size, (void)align;
  free(block);
}

void arena_init(Compiler *c) { heap_arena_init(&c->arena, (GcMemory){NULL, libc_alloc, libc_free}, 1 << 18); }

static _Noreturn void out_of_memory(Compiler *c) {
  snprintf(c->message, sizeof c->message, "stage0: out of memory");
  longjmp(c->on_error, 1);
}

void *arena_alloc(Compiler *c, size_t bytes) {
  void *p = heap_arena_alloc(&c->arena, bytes, 16);
  if (!p) out_of_memory(c);
  return p;
}

void arena_free(Compiler *c) { heap_arena_free(&c->arena); }

/* Old rows stay in the arena: doubling bounds the waste. */
void *vec_push(Compiler *c, Vec *v, size_t row) {
  if (v->count == v->room) {
    size_t room = v->room ? v->room * 2 : 8;
    void *rows = arena_alloc(c, room * row);
    if (v->count) memcpy(rows, v->rows, v->count * row);
    v->rows = rows;
    v->room = room;
  }
  void *at = (char *)v->rows + v->count++ * row;
  return memset(at, 0, row);
}

static uint32_t hash_text(const char *s, size_t n) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)s[i]) * 16777619u;
  return h;
}

static void grow_names(Compiler *c) {
  size_t room = c->names_room ? c->names_room * 2 : 1024;
  Name **table = arena_alloc(c, room * sizeof *table);
  for (size_t i = 0; i < c->names_room; i++)
    for (Name *n = c->names[i], *next; n; n = next) {
      next = n->next;
      n->next = table[n->hash & (room - 1)];
      table[n->hash & (room - 1)] = n;
    }
  c->names = table;
  c->names_room = room;
}

Name *name_of(Compiler *c, const char *text, size_t length) {
  if (c->names_count >= c->names_room) grow_names(c);
  uint32_t h = hash_text(text, length);
  Name **bucket = &c->names[h & (c->names_room - 1)];
  for (Name *n = *bucket; n; n = n->next)
    if (n->hash == h && n->length == length && !memcmp(n->text, text, length)) return n;
  Name *n = arena_alloc(c, sizeof *n + length + 1);
  n->hash = h;
  n->length = (uint32_t)length;
  memcpy(n->text, text, length);
  n->next = *bucket;
  c->names_count++;
  return *bucket = n;
}

Name *name_lit(Compiler *c, const char *text) { return name_of(c, text, strlen(text)); }

static void text_room(Compiler *c, Text *t, size_t more) {
  if (t->length + more + 1 <= t->room) return;
  size_t room = (t->length + more + 1) * 2;
  char *bytes = arena_alloc(c, room);
  if (t->length) memcpy(bytes, t->bytes, t->length);
  t->bytes = bytes;
  t->room = room;
}

void put_text(Compiler *c, Text *t, int ch) {
  text_room(c, t, 1);
  t->bytes[t->length++] = (char)ch;
}

static void text_vadd(Compiler *c, Text *t, const char *format, va_list args) {
  va_list again;
  va_copy(again, args);
  int n = vsnprintf(NULL, 0, format, again);
  va_end(again);
  if (n < 0) return;
  text_room(c, t, (size_t)n);
  vsnprintf(t->bytes + t->length, t->room - t->length, format, args);
  t->length += (size_t)n;
}

void add_text(Compiler *c, Text *t, const char *format, ...) {
  va_list args;
  va_start(args, format);
  text_vadd(c, t, format, args);
  va_end(args);
}

Name *name_format(Compiler *c, const char *format, ...) {
  Text t = {0};
  va_list args;
  va_start(args, format);
  text_vadd(c, &t, format, args);
  va_end(args);
  return name_of(c, t.bytes ? t.bytes : "", t.length);
}

_Noreturn void fail(Compiler *c, Place at, const char *format, ...) {
  int n = 0;
  if (at.module) n = snprintf(c->message, sizeof c->message, "%.1024s:%u:%u: ", at.module->path->text, at.line, at.column);
  va_list args;
  va_start(args, format);
  vsnprintf(c->message + n, sizeof c->message - (size_t)n, format, args);
  va_end(args);
  longjmp(c->on_error, 1);
}
