/* orbc.h -- the `.orbc` container: its rows as they lie in a file, and the checked view of one module.
 *
 * Invariant: every OrbcModule made by orbc_read() has only in-range indexes, valid UTF-8 strings and well-ordered types; what code *does* with
 * registers is the verifier's business.  The view points into the image, allocates nothing, and dies with the image.
 * Files are little endian; so is every host this runs on (checked below).  Any thread; no state.
 */
#ifndef ORUS_CODE_ORBC_H
#define ORUS_CODE_ORBC_H

#include <stddef.h>
#include <stdint.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the .orbc view needs a little-endian host"
#endif

enum { ORBC_VERSION_MAJOR = 1, ORBC_VERSION_MINOR = 0, ORBC_FIRST_MODULE_TYPE = 32 };
#define ORBC_MAGIC 0x4342524fu /* "ORBC" */
#define ORBC_NONE 0xffffffffu  /* "no index" where a field is optional */

typedef struct OrbcHeader {
  uint32_t magic;
  uint16_t major, minor;
  uint32_t sections; /* rows of the section table, which follows */
  uint32_t flags;    /* 0 */
  uint64_t bytes;    /* of the whole file */
  uint64_t checksum; /* orbc_checksum of all that follows the header */
} OrbcHeader;

typedef struct OrbcSection {
  uint32_t number, count; /* rows */
  uint64_t offset;        /* from the start of the file */
} OrbcSection;

typedef struct OrbcInfo {
  uint32_t name, entry; /* entry: own or imported function, or ORBC_NONE */
  uint64_t grants;      /* bit n: kernel domain n of kernel.idl is wanted */
} OrbcInfo;

typedef struct OrbcType {
  uint32_t kind, name;         /* TYPE_KIND of objects.def */
  uint32_t of;                 /* VARIANT: enum; ARRAY LIST WEAK: element; CLOSURE: FN type; BOX: raw type; else 0 */
  uint32_t number;             /* VARIANT: its number; CLOSURE: its function; FN: how many items are parameters; else 0 */
  uint32_t first_item, items;  /* STRUCT VARIANT CLOSURE: fields; ENUM: variants; FN: parameters, results; TRAIT: methods */
} OrbcType;

typedef struct OrbcItem {
  uint32_t name, type;
} OrbcItem;

typedef struct OrbcConstant {
  uint32_t type, zero;
  uint64_t bits; /* as in a register */
} OrbcConstant;

typedef struct OrbcImport {
  uint32_t module, name, type, zero; /* type: FN */
} OrbcImport;

typedef struct OrbcFunction {
  uint32_t name, type;         /* FN type */
  uint32_t closure;            /* CLOSURE type whose body this is, or 0; then reference parameter 0 is the closure */
  uint32_t file;               /* string: source file, for traces */
  uint32_t first_local;        /* in LOCAL_TYPES: raw locals, then reference locals, parameters first in each */
  uint32_t raw_locals, ref_locals;
  uint32_t raw_temps, ref_temps;
  uint32_t first_code, code;
  uint32_t first_handler, handlers;
  uint32_t first_line, lines;
  uint32_t first_local_name, local_names;
  uint32_t zero;
} OrbcFunction;

typedef struct OrbcHandler {
  uint32_t start, end, target, reg; /* reg: reference local of type Error or any */
} OrbcHandler;

typedef struct OrbcExport {
  uint32_t name, function;
} OrbcExport;

typedef struct OrbcImpl {
  uint32_t type, trait, first_function, functions;
} OrbcImpl;

typedef struct OrbcLine {
  uint32_t pc, line, column, zero;
} OrbcLine;

typedef struct OrbcLocal {
  uint32_t name, bank, reg, start, end, zero; /* bank 0 raw, 1 reference; live in [start, end) */
} OrbcLocal;

/* A module: for each section a pointer to its rows and their count.  Fill one by hand and orbc_write() it, or get one from orbc_read(). */
typedef struct OrbcModule {
#define SECTION(name, field, row, bytes, meaning) \
  const row *field;                               \
  uint32_t field##_count;
#include "sections.def"
  const struct Packed *packed; /* the functions, in place of their sections (packed.h); NULL: they are in sections */
} OrbcModule;

/* The rows of one function. */
typedef struct OrbcBody {
  const OrbcFunction *row;
  const uint32_t *local_types;
  const OrbcHandler *handlers;
  const uint64_t *code;
} OrbcBody;

/* Numbers of sections. */
enum {
#define SECTION(name, field, row, bytes, meaning) ORBC_##name,
#include "sections.def"
  ORBC_SECTION_COUNT
};

#define SECTION(name, field, row, bytes, meaning) _Static_assert(sizeof(row) == bytes, "spec/sections.def: the size of a row");
#include "sections.def"

typedef enum LoadError {
#define LOAD_ERROR(name, number, message) LOAD_##name = number,
#include "errors.def"
} LoadError;

/* Where and why an image was refused.  section, row: ORBC_NONE when they do not apply. */
typedef struct LoadReport {
  LoadError error;
  uint32_t section, row;
  const char *detail; /* static text, never NULL */
} LoadReport;

const char *load_error_message(LoadError error);
const char *orbc_section_name(uint32_t section); /* "?" when there is none */

/* FNV-1a over 64-bit little-endian words (the last one padded with zeros), folded with the length. */
uint64_t orbc_checksum(const void *bytes, size_t size);

/* Checks the image (8-byte aligned, `size` bytes) and fills `module`.  Returns 1, or 0 with `report` filled. */
int orbc_read(const void *image, size_t size, OrbcModule *module, LoadReport *report);

/* The same for an image that is part of the executable: neither the checksum nor the text of strings is looked at, nor what belongs to one function only (its
 * locals, handlers and debug information; but where they are is), which orbc_check_function() does later.  `function`: number among the module's own. */
int orbc_read_vouched(const void *image, size_t size, OrbcModule *module, LoadReport *report);
int orbc_check_function(const OrbcModule *module, uint32_t function, LoadReport *report);

/* The rows of a function whose parts are in sections. */
OrbcBody orbc_body(const OrbcModule *module, uint32_t function);

/* What orbc_check_function() checks of locals and handlers, wherever they are. */
int orbc_check_body(const OrbcModule *module, uint32_t function, const OrbcBody *body, LoadReport *report);

/* The same for an image that was read when the executable was built: nothing is looked at but where its sections are. */
void orbc_view(const void *image, OrbcModule *module);

/* The size of `module` as a file, or 0 when it is beyond FILE_BYTES. */
size_t orbc_size(const OrbcModule *module);

/* Writes the file image of `module` to `image` (orbc_size() bytes, 8-byte aligned).  The same module gives the same bytes. */
void orbc_write(const OrbcModule *module, void *image);

/* String `index` of a checked module; not terminated. */
static inline const char *orbc_string(const OrbcModule *m, uint32_t index, uint32_t *length) {
  uint32_t start = index ? m->string_ends[index - 1] : 0;
  *length = m->string_ends[index] - start;
  return m->string_bytes + start;
}

/* Module type `type` (32 or more) of a checked module. */
static inline const OrbcType *orbc_type(const OrbcModule *m, uint32_t type) { return &m->types[type - ORBC_FIRST_MODULE_TYPE]; }

#endif
