/* Linking: what one module exports another calls, with types and globals that mean the same in both; and a module that is refused leaves the program as it was. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../memory.h"
#include "vm/vm.h"

/* A module being made by hand.  Types: number 32 + row.  Functions: imports first, so add those before. */
typedef struct Made {
  char text[1024];
  uint32_t ends[64], locals[64], raw_globals[4], ref_globals[4], impl_functions[8];
  OrbcInfo info;
  OrbcType types[24];
  OrbcItem items[48];
  OrbcImport imports[8];
  OrbcFunction functions[8];
  OrbcExport exports[8];
  OrbcImpl impls[4];
  uint64_t code[128];
  OrbcModule view;
  void *image;
  size_t size;
} Made;

static uint32_t text(Made *m, const char *s) {
  OrbcModule *v = &m->view;
  if (!v->string_ends_count) v->string_ends_count = 1; /* string 0 is empty */
  if (!*s) return 0;
  memcpy(m->text + v->string_bytes_count, s, strlen(s));
  v->string_bytes_count += (uint32_t)strlen(s);
  m->ends[v->string_ends_count] = v->string_bytes_count;
  return v->string_ends_count++;
}

static void begin(Made *m, const char *name) {
  memset(m, 0, sizeof *m);
  m->info = (OrbcInfo){text(m, name), ORBC_NONE, 0};
}

/* A type whose items are named by `names` ("x y"), or not at all. */
static uint32_t type(Made *m, uint32_t kind, const char *name, uint32_t of, uint32_t number, unsigned count, const uint32_t *items, const char *const *names) {
  OrbcModule *v = &m->view;
  m->types[v->types_count] = (OrbcType){kind, text(m, name), of, number, v->items_count, count};
  for (unsigned i = 0; i < count; i++) m->items[v->items_count++] = (OrbcItem){names ? text(m, names[i]) : 0, items[i]};
  return ORBC_FIRST_MODULE_TYPE + v->types_count++;
}

#define TYPES(...) sizeof((const uint32_t[]){__VA_ARGS__}) / 4, (const uint32_t[]){__VA_ARGS__}
#define NAMES(...) (const char *const[]){__VA_ARGS__}
#define FN(m, parameters, ...) type(m, KIND_FN, "", 0, parameters, TYPES(__VA_ARGS__), NULL)

static uint32_t import(Made *m, const char *module, const char *name, uint32_t fn) {
  OrbcModule *v = &m->view;
  m->imports[v->imports_count] = (OrbcImport){text(m, module), text(m, name), fn, 0};
  return v->imports_count++;
}

/* Locals are the parameters; four temporaries of each bank follow. */
static uint32_t function(Made *m, const char *name, uint32_t fn, unsigned count, const uint64_t *body) {
  OrbcModule *v = &m->view;
  const OrbcType *t = &m->types[fn - ORBC_FIRST_MODULE_TYPE];
  OrbcFunction f = {.name = text(m, name), .type = fn, .first_local = v->local_types_count, .raw_temps = 4, .ref_temps = 4, .first_code = v->code_count, .code = count};
  for (int raw = 1; raw >= 0; raw--)
    for (uint32_t i = 0; i < t->number; i++) {
      uint32_t parameter = m->items[t->first_item + i].type;
      if (is_raw_type(parameter) != raw) continue;
      m->locals[v->local_types_count++] = parameter;
      raw ? f.raw_locals++ : f.ref_locals++;
    }
  memcpy(m->code + v->code_count, body, count * sizeof *body);
  v->code_count += count;
  m->functions[v->functions_count] = f;
  return v->imports_count + v->functions_count++;
}

#define I(op, a, b, c) insn_make(OP_##op, (a) & 0xffff, (b) & 0xffff, (c) & 0xffff)
#define W(op, a, wide) insn_make_wide(OP_##op, a, (uint32_t)(wide))
#define CODE(...) sizeof((const uint64_t[]){__VA_ARGS__}) / 8, (const uint64_t[]){__VA_ARGS__}

static void export(Made *m, const char *name, uint32_t f) { m->exports[m->view.exports_count++] = (OrbcExport){text(m, name), f}; }

static void implement(Made *m, uint32_t t, uint32_t trait, uint32_t f) {
  OrbcModule *v = &m->view;
  m->impls[v->impls_count++] = (OrbcImpl){t, trait, v->impl_functions_count, 1};
  m->impl_functions[v->impl_functions_count++] = f;
}

static void end(Made *m) {
  OrbcModule *v = &m->view;
  v->info = &m->info, v->info_count = 1;
  v->string_ends = m->ends, v->string_bytes = m->text, v->types = m->types, v->items = m->items, v->imports = m->imports, v->functions = m->functions;
  v->local_types = m->locals, v->code = m->code, v->globals_raw = m->raw_globals, v->globals_ref = m->ref_globals, v->exports = m->exports;
  v->impls = m->impls, v->impl_functions = m->impl_functions;
  m->size = orbc_size(v);
  m->image = malloc(m->size);
  assert_non_null(m->image);
  orbc_write(v, m->image);
}

/* -- the world -- */

static uint64_t world_now(void *ctx) { return (void)ctx, 0; }
static void world_close(void *ctx, int64_t handle) { (void)ctx, (void)handle; }
static int64_t world_kernel(void *ctx, unsigned id, const int64_t *raw, void *const *buffers, const uint64_t *sizes) {
  (void)ctx, (void)id, (void)raw, (void)buffers, (void)sizes;
  return -1;
}

static CountedMemory world;

static void open_program(Program *p) {
  world = (CountedMemory){0};
  assert_true(program_init(p, counted_memory(&world)));
}

static void close_program(Program *p) {
  program_free(p);
  assert_int_equal(world.outstanding, 0);
}

static void add(Program *p, const Made *m) {
  LoadReport report;
  if (!program_add(p, m->image, m->size, 0, &report)) fail_msg("%s: %s row %u: %s", load_error_message(report.error), orbc_section_name(report.section), report.row, report.detail);
}

static LoadReport refused(Program *p, const Made *m) {
  Program before = *p;
  LoadReport report;
  assert_false(program_add(p, m->image, m->size, 0, &report));
  assert_int_equal(p->modules_count, before.modules_count);
  assert_int_equal(p->types_count, before.types_count);
  assert_int_equal(p->items_count, before.items_count);
  assert_int_equal(p->functions_count, before.functions_count);
  assert_int_equal(p->selectors_count, before.selectors_count);
  assert_int_equal(p->dispatch.nodes.count, before.dispatch.nodes.count);
  return report;
}

static int64_t run(const Program *p, const Func *f, const int64_t *raw, Obj *const *refs) {
  VmHost host = {.ctx = &world, .memory = counted_memory(&world), .now_ns = world_now, .close = world_close, .kernel_call = world_kernel};
  Vm *vm = vm_new(p, &host, NULL);
  assert_non_null(vm);
  assert_int_equal(vm_start(vm, f, raw, refs), VM_DONE);
  assert_int_equal(vm_run(vm), VM_DONE);
  int64_t result = vm_result(vm);
  vm_free(vm);
  return result;
}

/* -- the library of the tests: a struct, an enum, a trait with an impl, a global, and functions on them -- */

typedef struct Shared { uint32_t point, shape, dot, ring, named; uint32_t make, get, count, self; } Shared;

/* The types that both modules declare, after `padding` of its own, so that numbers differ. */
static Shared shared_types(Made *m, unsigned padding) {
  Shared s = {0};
  for (unsigned i = 0; i < padding; i++) type(m, KIND_STRUCT, "Padding", 0, 0, TYPES(TYPE_F64), NAMES("value"));
  s.point = type(m, KIND_STRUCT, "Point", 0, 0, TYPES(TYPE_I32, TYPE_F64, TYPE_STRING), NAMES("x", "y", "name"));
  s.shape = ORBC_FIRST_MODULE_TYPE + m->view.types_count;
  type(m, KIND_ENUM, "Shape", 0, 0, TYPES(s.shape + 1, s.shape + 2), NAMES("Dot", "Ring"));
  s.dot = type(m, KIND_VARIANT, "Shape.Dot", s.shape, 0, 0, NULL, NULL);
  s.ring = type(m, KIND_VARIANT, "Shape.Ring", s.shape, 1, TYPES(TYPE_I32), NAMES("r"));
  s.make = FN(m, 1, TYPE_I32, s.point);
  s.get = FN(m, 1, s.point, TYPE_I32);
  s.count = type(m, KIND_FN, "", 0, 0, TYPES(TYPE_I32), NULL);
  return s;
}

static void make_library(Made *m) {
  begin(m, "library");
  Shared s = shared_types(m, 0);
  m->raw_globals[m->view.globals_raw_count++] = TYPE_I32;
  uint32_t make = function(m, "make", s.make, CODE(I(NEW, 0, 0, s.point), I(SETF, 0, 0, 0), I(RETP, 0, 0, 0)));
  uint32_t get = function(m, "get", s.get, CODE(I(GETF, 0, 0, 0), I(RETR, 0, 0, 0)));
  uint32_t count = function(m, "count", s.count, CODE(W(GETG, 0, 0), I(ADDI_I32, 0, 0, 1), W(SETG, 0, 0), I(RETR, 0, 0, 0)));
  uint32_t fn_ring = FN(m, 1, TYPE_I32, s.shape);
  uint32_t ring = function(m, "ring", fn_ring, CODE(I(NEW, 0, 0, s.ring), I(SETF, 0, 0, 0), I(RETP, 0, 0, 0)));
  export(m, "make", make);
  export(m, "get", get);
  export(m, "count", count);
  export(m, "ring", ring);
  end(m);
}

/* Calls everything of the library; its own global 0 is another one than the library's. */
static void make_program(Made *m, const char *wanted) {
  begin(m, "program");
  Shared s = shared_types(m, 3);
  uint32_t fn_ring = FN(m, 1, TYPE_I32, s.shape);
  m->raw_globals[m->view.globals_raw_count++] = TYPE_I32;
  uint32_t make = import(m, "library", "make", s.make), get = import(m, "library", wanted, s.get), count = import(m, "library", "count", s.count);
  uint32_t ring = import(m, "library", "ring", fn_ring);
  uint32_t main = function(m, "main", s.count, CODE(
      I(LDI, 0, 1000, TYPE_I32), W(SETG, 0, 0),                     /* own global */
      I(CALL, 0, 0, count), I(CALL, 0, 0, count),                   /* library's global: 2 */
      I(LDI, 0, 40, TYPE_I32), I(CALL, 0, 0, make),                 /* a Point of the library ... */
      I(GETF, 1, 0, 0), I(ADDI_I32, 1, 1, 2), I(SETF, 0, 1, 0),     /* ... whose field x this module finds */
      I(CALL, 0, 0, get), W(SETG, 0, 0),                            /* 42 */
      I(LDI, 0, 7, TYPE_I32), I(CALL, 0, 0, ring), I(AS_VARIANT, 0, 0, s.ring), I(GETF, 1, 0, 0), /* 7 */
      W(GETG, 2, 0), I(ADD_I32, 1, 1, 2), W(SETG, 1, 0),
      I(CALL, 0, 0, count), W(GETG, 1, 0), I(ADD_I32, 0, 0, 1), I(RETR, 0, 0, 0))); /* 3 + 49 */
  m->info.entry = main;
  export(m, "main", main);
  export(m, "again", make); /* passes an import on */
  end(m);
}

/* -- tests -- */

static void a_module_calls_another_and_shares_its_types(void **unused) {
  (void)unused;
  Made library, program;
  make_library(&library);
  make_program(&program, "get");
  Program p;
  open_program(&p);
  add(&p, &library);
  uint32_t types = p.types_count;
  add(&p, &program);
  assert_int_equal(p.types_count - types, 3); /* the padding; the rest is shared */
  const Func *entry = program_entry(&p);
  assert_non_null(entry);
  assert_int_equal(run(&p, entry, NULL, NULL), 52);
  assert_ptr_equal(program_find(&p, "again", 5), program_find(&p, "make", 4)); /* an import may be exported */
  assert_null(program_find(&p, "nothing", 7));
  close_program(&p);
  free(library.image);
  free(program.image);
}

static void many_modules_find_their_own(void **unused) {
  (void)unused;
  enum { MANY = 40 };
  static Made made[MANY];
  Program p;
  open_program(&p);
  for (unsigned i = 0; i < MANY; i++) { /* each adds one to what the one before gives */
    Made *m = &made[i];
    char name[16] = {'m', (char)('0' + i / 10), (char)('0' + i % 10)}, before[16] = {'m', (char)('0' + (i - 1) / 10), (char)('0' + (i - 1) % 10)};
    begin(m, name);
    uint32_t fn = type(m, KIND_FN, "", 0, 0, TYPES(TYPE_I32), NULL);
    uint32_t other = i ? import(m, before, "value", fn) : 0;
    uint32_t f = i ? function(m, "value", fn, CODE(I(CALL, 0, 0, other), I(ADDI_I32, 0, 0, 1), I(RETR, 0, 0, 0))) : function(m, "value", fn, CODE(I(LDI, 0, 5, TYPE_I32), I(RETR, 0, 0, 0)));
    m->info.entry = f;
    export(m, "value", f);
    end(m);
    add(&p, m);
    assert_ptr_equal(program_entry(&p)->module, &p.modules[i]);
  }
  for (unsigned i = 0; i < p.functions_count; i++) assert_ptr_equal(p.functions[i].module, &p.modules[i]);
  assert_int_equal(run(&p, program_entry(&p), NULL, NULL), 5 + MANY - 1);
  close_program(&p);
  for (unsigned i = 0; i < MANY; i++) free(made[i].image);
}

static void what_is_missing_is_said(void **unused) {
  (void)unused;
  Made library, program, absent;
  make_library(&library);
  make_program(&program, "get");
  make_program(&absent, "getter");
  Program p;
  open_program(&p);
  LoadReport r = refused(&p, &program); /* no library yet */
  assert_int_equal(r.error, LOAD_UNRESOLVED);
  assert_int_equal(r.section, ORBC_IMPORTS);
  assert_int_equal(r.row, 0);
  add(&p, &library);
  r = refused(&p, &absent);
  assert_int_equal(r.error, LOAD_UNRESOLVED);
  assert_int_equal(r.row, 1);
  add(&p, &program); /* what was refused has left nothing behind */
  assert_int_equal(run(&p, program_entry(&p), NULL, NULL), 52);
  close_program(&p);
  free(library.image);
  free(program.image);
  free(absent.image);
}

static void disagreement_about_types_is_refused(void **unused) {
  (void)unused;
  Made library, program;
  make_library(&library);
  Program p;
  open_program(&p);
  add(&p, &library);
  /* another field type, name, order, number of fields; another variant */
  static const struct { uint32_t first; const char *x, *y; unsigned fields; } points[] = {{TYPE_I64, "x", "y", 3}, {TYPE_I32, "a", "y", 3}, {TYPE_I32, "y", "x", 3}, {TYPE_I32, "x", "y", 2}};
  for (unsigned i = 0; i < 4; i++) {
    begin(&program, "program");
    uint32_t items[] = {points[i].first, TYPE_F64, TYPE_STRING};
    type(&program, KIND_STRUCT, "Point", 0, 0, points[i].fields, items, NAMES(points[i].x, points[i].y, "name"));
    end(&program);
    LoadReport r = refused(&p, &program);
    assert_int_equal(r.error, LOAD_MISMATCH);
    assert_int_equal(r.section, ORBC_TYPES);
    free(program.image);
  }
  begin(&program, "program");
  type(&program, KIND_ENUM, "Shape", 0, 0, TYPES(33, 34), NAMES("Dot", "Ring"));
  type(&program, KIND_VARIANT, "Shape.Dot", 32, 0, 0, NULL, NULL);
  type(&program, KIND_VARIANT, "Shape.Ring", 32, 1, TYPES(TYPE_F64), NAMES("r"));
  end(&program);
  assert_int_equal(refused(&p, &program).error, LOAD_MISMATCH);
  free(program.image);
  /* the types agree, the signature does not */
  begin(&program, "program");
  uint32_t fn = FN(&program, 1, TYPE_I64, TYPE_I32);
  import(&program, "library", "get", fn);
  end(&program);
  LoadReport r = refused(&p, &program);
  assert_int_equal(r.error, LOAD_MISMATCH);
  assert_int_equal(r.section, ORBC_IMPORTS);
  free(program.image);
  make_program(&program, "get");
  add(&p, &program);
  assert_int_equal(run(&p, program_entry(&p), NULL, NULL), 52);
  close_program(&p);
  free(program.image);
  free(library.image);
}

static void other_versions_and_damage_are_refused(void **unused) {
  (void)unused;
  Made library, program;
  make_library(&library);
  make_program(&program, "get");
  Program p;
  open_program(&p);
  add(&p, &library);
  OrbcHeader *h = program.image;
  h->major++;
  assert_int_equal(refused(&p, &program).error, LOAD_VERSION);
  h->major--;
  ((unsigned char *)program.image)[program.size - 1] ^= 1;
  assert_int_equal(refused(&p, &program).error, LOAD_CHECKSUM);
  ((unsigned char *)program.image)[program.size - 1] ^= 1;
  add(&p, &program);
  close_program(&p);
  free(library.image);
  free(program.image);
}

/* -- traits -- */

/* Named { id(self) -> i32 } for `owner`, whose method gives its field plus `more`, or is the imported function. */
static void make_impl(Made *m, const char *module, const char *owner, int more) {
  begin(m, module);
  uint32_t self = type(m, KIND_STRUCT, owner, 0, 0, TYPES(TYPE_I32), NAMES("n"));
  uint32_t fn_run = type(m, KIND_FN, "", 0, 0, TYPES(TYPE_I32), NULL); /* a method's type leaves self out */
  uint32_t trait = type(m, KIND_TRAIT, "Named", 0, 0, TYPES(fn_run), NAMES("id"));
  uint32_t fn_self = FN(m, 1, self, TYPE_I32), fn_show = FN(m, 1, trait, TYPE_I32);
  uint32_t id = function(m, "id", fn_self, CODE(I(GETF, 0, 0, 0), I(ADDI_I32, 0, 0, more), I(RETR, 0, 0, 0)));
  uint32_t extra = type(m, KIND_STRUCT, "Extra", 0, 0, TYPES(TYPE_F64), NAMES("y")), fn_extra = FN(m, 1, extra, TYPE_I32);
  export(m, "extra", function(m, "extra", fn_extra, CODE(I(LDI, 0, 1, TYPE_I32), I(RETR, 0, 0, 0))));
  uint32_t show = function(m, "show", fn_show, CODE(I(MOVP, 1, 0, 0), I(CALL_TRAIT, 0, 1, 0), I(RETR, 0, 0, 0)));
  m->info.entry = function(m, "main", fn_run, CODE(I(NEW, 0, 0, self), I(LDI, 0, 10, TYPE_I32), I(SETF, 0, 0, 0), I(CALL, 0, 0, show), I(RETR, 0, 0, 0)));
  export(m, "id", id);
  implement(m, self, trait, id);
  end(m);
}

static void a_trait_has_one_impl_for_a_type(void **unused) {
  (void)unused;
  Made first, second, other;
  make_impl(&first, "first", "A", 1);
  make_impl(&second, "second", "A", 2);
  make_impl(&other, "other", "B", 3);
  Program p;
  open_program(&p);
  add(&p, &first);
  assert_int_equal(refused(&p, &second).error, LOAD_MISMATCH);
  add(&p, &other);
  assert_int_equal(run(&p, program_entry(&p), NULL, NULL), 13);
  uint32_t a = p.modules[0].types[0], b = p.modules[1].types[0], selector = p.types[p.modules[0].types[2]].number;
  assert_ptr_equal(program_dispatch(&p, a, selector), &p.functions[module_function(&p.modules[0], 0)]);
  assert_ptr_equal(program_dispatch(&p, b, selector), &p.functions[module_function(&p.modules[1], 0)]);
  assert_int_equal(p.selectors_count, 1);
  close_program(&p);
  free(first.image);
  free(second.image);
  free(other.image);
}

/* Not a want of memory: a module with nothing in it, and one whose only type has no items. */
static void little_modules_are_linked(void **unused) {
  (void)unused;
  Made nothing, little;
  begin(&nothing, "nothing");
  end(&nothing);
  begin(&little, "little");
  uint32_t fn = type(&little, KIND_FN, "", 0, 0, 0, NULL, NULL);
  little.info.entry = function(&little, "main", fn, CODE(I(RET, 0, 0, 0)));
  end(&little);
  Program p;
  open_program(&p);
  add(&p, &nothing);
  assert_null(program_entry(&p));
  add(&p, &little);
  run(&p, program_entry(&p), NULL, NULL);
  close_program(&p);
  open_program(&p);
  add(&p, &little);
  close_program(&p);
  free(nothing.image);
  free(little.image);
}

/* Nothing can be called, but one can ask who implements it; and it is refused a second time like any other. */
static void make_marker(Made *m, const char *module, const char *owner) {
  begin(m, module);
  uint32_t self = type(m, KIND_STRUCT, owner, 0, 0, TYPES(TYPE_I32), NAMES("n")), other = type(m, KIND_STRUCT, "Other", 0, 0, TYPES(TYPE_I32), NAMES("n"));
  uint32_t trait = type(m, KIND_TRAIT, "Marker", 0, 0, 0, NULL, NULL), fn = type(m, KIND_FN, "", 0, 0, TYPES(TYPE_I32), NULL);
  m->info.entry = function(m, "main", fn, CODE(I(NEW, 0, 0, self), I(IS_TYPE, 0, 0, trait), I(NEW, 1, 0, other), I(IS_TYPE, 1, 1, trait), I(CAST_REF, 2, 0, trait),
                                               I(CAST, 0, 0, TYPE_I32), I(CAST, 1, 1, TYPE_I32), I(ADDI_I32, 1, 1, 5), I(MUL_I32, 0, 0, 1), I(RETR, 0, 0, 0)));
  m->impls[m->view.impls_count++] = (OrbcImpl){self, trait, 0, 0};
  end(m);
}

static void a_trait_without_methods_is_implemented(void **unused) {
  (void)unused;
  Made first, second, third;
  make_marker(&first, "first", "A");
  make_marker(&second, "second", "A");
  make_marker(&third, "third", "B");
  Program p;
  open_program(&p);
  add(&p, &first);
  assert_int_equal(run(&p, program_entry(&p), NULL, NULL), 5);
  add(&p, &second); /* says the same again */
  add(&p, &third);
  assert_int_equal(run(&p, program_entry(&p), NULL, NULL), 5);
  close_program(&p);
  free(first.image);
  free(second.image);
  free(third.image);
}

/* A refused impl is forgotten even when its method is a function that stays; else the next type with that number would have it. */
static void a_refused_impl_leaves_no_method_behind(void **unused) {
  (void)unused;
  Made first, second, third, fourth;
  make_impl(&first, "first", "A", 1);
  begin(&second, "second"); /* a type of its own, with the first module's function, twice */
  uint32_t self = type(&second, KIND_STRUCT, "C", 0, 0, TYPES(TYPE_F64), NAMES("other"));
  uint32_t a = type(&second, KIND_STRUCT, "A", 0, 0, TYPES(TYPE_I32), NAMES("n"));
  uint32_t method = type(&second, KIND_FN, "", 0, 0, TYPES(TYPE_I32), NULL);
  uint32_t trait = type(&second, KIND_TRAIT, "Named", 0, 0, TYPES(method), NAMES("id"));
  uint32_t any_fn = FN(&second, 1, self, TYPE_I32), a_fn = FN(&second, 1, a, TYPE_I32);
  uint32_t id = function(&second, "id", any_fn, CODE(I(LDI, 0, 1, TYPE_I32), I(RETR, 0, 0, 0)));
  uint32_t a_id = function(&second, "a_id", a_fn, CODE(I(LDI, 0, 1, TYPE_I32), I(RETR, 0, 0, 0)));
  implement(&second, self, trait, id);
  implement(&second, a, trait, a_id); /* refused: the first module has done so, by another function */
  end(&second);
  begin(&third, "third"); /* the first module's type and function, but the impl is this module's */
  uint32_t extra = type(&third, KIND_STRUCT, "Extra", 0, 0, TYPES(TYPE_F64), NAMES("y"));
  a = type(&third, KIND_STRUCT, "A", 0, 0, TYPES(TYPE_I32), NAMES("n"));
  method = type(&third, KIND_FN, "", 0, 0, TYPES(TYPE_I32), NULL);
  trait = type(&third, KIND_TRAIT, "Named", 0, 0, TYPES(method), NAMES("id"));
  uint32_t extra_fn = FN(&third, 1, extra, TYPE_I32);
  a_fn = FN(&third, 1, a, TYPE_I32);
  uint32_t imported = import(&third, "first", "extra", extra_fn);
  uint32_t own_id = function(&third, "own_id", a_fn, CODE(I(LDI, 0, 1, TYPE_I32), I(RETR, 0, 0, 0)));
  implement(&third, extra, trait, imported);
  implement(&third, a, trait, own_id);
  end(&third);
  begin(&fourth, "fourth"); /* as the third, but it says of A what the first one says */
  extra = type(&fourth, KIND_STRUCT, "Extra", 0, 0, TYPES(TYPE_F64), NAMES("y"));
  a = type(&fourth, KIND_STRUCT, "A", 0, 0, TYPES(TYPE_I32), NAMES("n"));
  method = type(&fourth, KIND_FN, "", 0, 0, TYPES(TYPE_I32), NULL);
  trait = type(&fourth, KIND_TRAIT, "Named", 0, 0, TYPES(method), NAMES("id"));
  extra_fn = FN(&fourth, 1, extra, TYPE_I32);
  a_fn = FN(&fourth, 1, a, TYPE_I32);
  imported = import(&fourth, "first", "extra", extra_fn);
  uint32_t imported_id = import(&fourth, "first", "id", a_fn);
  implement(&fourth, extra, trait, imported);
  implement(&fourth, a, trait, imported_id);
  end(&fourth);
  Program p;
  open_program(&p);
  add(&p, &first);
  uint32_t selector = p.types[p.modules[0].types[2]].number, next_type = p.types_count;
  for (int i = 0; i < 3; i++) {
    assert_int_equal(refused(&p, &second).error, LOAD_MISMATCH);
    assert_null(program_dispatch(&p, next_type, selector));
    assert_int_equal(refused(&p, &third).error, LOAD_MISMATCH);
    for (uint32_t t = 0; t < p.types_count; t++) assert_true((program_dispatch(&p, t, selector) != NULL) == (t == p.modules[0].types[0]));
    assert_non_null(program_dispatch(&p, p.modules[0].types[0], selector));
  }
  add(&p, &fourth);
  assert_ptr_equal(program_dispatch(&p, p.modules[1].types[0], selector), &p.functions[module_function(&p.modules[1], 0)]);
  assert_ptr_equal(program_dispatch(&p, p.modules[0].types[0], selector), &p.functions[module_function(&p.modules[1], 1)]);
  close_program(&p);
  free(first.image);
  free(second.image);
  free(third.image);
  free(fourth.image);
}

/* How many raw locals a function clears that writes its only one, goes back by `jumps` jumps in a row, and returns it. */
static uint32_t cleared_behind_jumps(uint32_t jumps) {
  Made m;
  uint64_t code[64] = {I(LDI, 0, 5, TYPE_I32), W(JMP, 0, jumps), I(RETR, 0, 0, 0)}; /* the first jump goes to the last one */
  for (uint32_t i = 0; i < jumps; i++) code[3 + i] = W(JMP, 0, -2);
  begin(&m, "jumps");
  uint32_t fn = type(&m, KIND_FN, "", 0, 0, TYPES(TYPE_I32), NULL);
  m.info.entry = function(&m, "main", fn, 3 + jumps, code);
  m.functions[0].raw_locals = 1;
  m.locals[m.view.local_types_count++] = TYPE_I32;
  end(&m);
  Program p;
  open_program(&p);
  add(&p, &m);
  assert_int_equal(run(&p, program_entry(&p), NULL, NULL), 5);
  uint32_t cleared = func_head(func_code(&p, program_entry(&p)))->to_zero >> 16;
  close_program(&p);
  free(m.image);
  return cleared;
}

/* Else each jump would take another pass over the function. */
static void what_is_not_known_soon_is_cleared(void **unused) {
  (void)unused;
  assert_int_equal(cleared_behind_jumps(1), 0);
  assert_int_equal(cleared_behind_jumps(5), 0);
  assert_int_equal(cleared_behind_jumps(40), 4);
}

static void memory_may_run_out_anywhere(void **unused) {
  (void)unused;
  Made library, program;
  make_library(&library);
  make_program(&program, "get");
  for (unsigned fail_at = 1;; fail_at++) {
    Program p;
    LoadReport r = {0};
    world = (CountedMemory){.fail_at = fail_at};
    int ok = program_init(&p, counted_memory(&world));
    if (ok) ok = program_add(&p, library.image, library.size, 0, &r) && program_add(&p, program.image, program.size, 0, &r);
    if (r.error) assert_int_equal(r.error, LOAD_OUT_OF_MEMORY);
    close_program(&p);
    if (ok) break;
    assert_true(fail_at < 200);
  }
  free(library.image);
  free(program.image);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_module_calls_another_and_shares_its_types), cmocka_unit_test(many_modules_find_their_own), cmocka_unit_test(what_is_missing_is_said),
      cmocka_unit_test(disagreement_about_types_is_refused), cmocka_unit_test(other_versions_and_damage_are_refused), cmocka_unit_test(a_trait_has_one_impl_for_a_type),
      cmocka_unit_test(little_modules_are_linked), cmocka_unit_test(a_trait_without_methods_is_implemented), cmocka_unit_test(a_refused_impl_leaves_no_method_behind),
      cmocka_unit_test(what_is_not_known_soon_is_cleared), cmocka_unit_test(memory_may_run_out_anywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
