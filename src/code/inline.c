/* inline.c -- see inline.h.  Calls are expanded depth first, into one vector; each activation keeps a map from frozen to new positions for its jumps.
 * (Davidson & Holler, "A study of a C function inliner", 1988, on what to expand: small callees, bounded growth, no recursion.) */
#include "code/inline.h"
#include "code/flow.h"
#include "code/packed.h"
#include "code/verify.h"

#include <string.h>

enum {
  SMALL = 40,        /* instructions of a function that is expanded in a loop */
  TINY = 20,         /* and elsewhere */
  ANALYSED = 512,    /* instructions of a function whose locals are looked at */
  DEEPEST = 5,       /* expansions within each other */
  MOST_REGISTERS = 1000,
  LOOK_BACK = 12,    /* instructions in front of a call in which copies of arguments are looked for */
  LOOK_AHEAD = 100,  /* instructions behind a call in which its result is looked for */
  PASSES = 8,        /* over a function whose locals are looked at: enough for loops six deep */
  GROWTH = 3,        /* what is expanded in a function may be so many times its own code */
  FREE_GROWTH = 65536, /* and so many instructions, which all functions of a module share evenly */
  SITE_COST = 4      /* of which an expansion takes some even when it leaves nothing behind */
};

enum { INVALID, EXPANDABLE, NOT_EXPANDABLE };

/* What is known of a function, kept for all those that it is expanded in when it is small. */
struct CodeFacts {
  OrbcBody body;
  size_t size;         /* of this block: behind the notes stands what a packed body was unpacked to */
  uint8_t state; /* INVALID: the verifier refuses it, nothing else is known */
  uint8_t loops_to_start; /* something jumps to its first instruction */
  uint32_t params[2], locals[2], total[2];
  uint64_t changed[2]; /* parameters that the body writes; by bank, one bit for each */
  uint64_t unset[2];   /* locals that it may read before it wrote them */
  uint32_t returns;    /* instructions that return; each becomes a move and a jump */
  uint32_t cost;       /* instructions that its expansion makes at most, without expansions within */
  uint32_t notes[];    /* of the verifier, one for each instruction */
};

typedef struct Fixup {
  uint32_t at, target; /* position of the jump; frozen position that it goes to */
} Fixup;

/* Which handler covers an instruction: there is one when `next`, where to look for one without, is not the instruction itself. */
typedef struct Cover {
  uint32_t next, handler;
} Cover;

typedef struct Inliner {
  const Program *program;
  const ProgramModule *m;
  CodeDraft *out;
  uint32_t function; /* own function of the module, whose code is made */
  const CodeFacts *facts; /* of it */
  void *scratch;     /* for the verifier, of the function or of a small one */
  CodeVec maps, fixups, covers;
  CodeVec loops; /* int32_t for each map row: how many loops the instruction is in */
  uint32_t room;    /* how long it may become */
  uint64_t growth;  /* what is left for expansions */
  uint32_t most[2]; /* registers it needs */
  uint32_t pending; /* notes for the next instruction */
  uint32_t payment; /* position of the payment (see settle) that is in front of here with straight code between; ORBC_NONE: there is none */
  int32_t debt;     /* CodeOrigin.debt here */
  int failed;       /* no memory */
} Inliner;

/* A function body that is being copied. */
typedef struct Activation {
  const struct Activation *caller;
  const OrbcFunction *row;
  const CodeFacts *facts;
  const uint64_t *code;  /* frozen */
  uint32_t function;     /* own function of the module */
  uint32_t site, base[2], result[2];
  size_t map;            /* in maps and loops: where its rows are */
  int in_loop;           /* it was called in one */
  uint64_t copied[2];    /* parameters that are another register */
  uint16_t source[2][64];
  int32_t debt;          /* that of its instructions (CodeOrigin), but for those between a payment and the call that it is for */
  unsigned depth;
} Activation;

/* -- facts -- */

/* One that expanded functions have. */
static int is_return(unsigned op) { return op == OP_RET || op == OP_RETR || op == OP_RETP; }

/* Locals by bank, one bit for each. */
typedef struct LocalSets {
  uint64_t of[2];
} LocalSets;

/* What an instruction reads, and what it leaves as it is.  A window, or the results of RETN, are all registers from the named one on. */
static void find_operands(const CodeFacts *f, uint64_t w, LocalSets *read, LocalSets *kept) {
  unsigned op = insn_op(w);
  *read = (LocalSets){{0, 0}};
  *kept = (LocalSets){{UINT64_MAX, UINT64_MAX}};
  for (unsigned i = 0; i < 3; i++) {
    unsigned format = flow_format(op, i), reg = flow_operand(w, i);
    int bank = flow_bank(format);
    if (bank == BANK_NONE || reg >= f->locals[bank]) continue;
    uint64_t all = ((uint64_t)1 << f->locals[bank]) - 1, bit = (uint64_t)1 << reg; /* is_analysed: at most 63 */
    if (flow_is_write(format)) kept->of[bank] &= ~bit;
    else read->of[bank] |= flow_is_window(format) || op == OP_RETN ? all & ~(bit - 1) : bit;
  }
  if (op == OP_FMA_F64 && insn_a(w) < f->locals[BANK_RAW]) read->of[BANK_RAW] |= (uint64_t)1 << insn_a(w);
}

static void unite(LocalSets *to, LocalSets more) {
  to->of[0] |= more.of[0];
  to->of[1] |= more.of[1];
}

/* What may be read behind instruction `i` before it is written, given what may be behind those that can follow. */
static LocalSets live_behind(const OrbcFunction *row, const uint64_t *code, const LocalSets *live, uint32_t i) {
  unsigned op = insn_op(code[i]);
  int returns = is_return(op) || op == OP_THROW || op == OP_UNREACHABLE;
  LocalSets all = {{0, 0}};
  if (opcode_info[op].b == FMT_JUMP) unite(&all, live[i + 1 + insn_wide(code[i])]);
  if (op == OP_SWITCH)
    for (uint32_t k = 0; k < insn_wide(code[i]); k++) unite(&all, live[i + 1 + k]);
  if (op == OP_SWITCH) unite(&all, live[i + 1 + insn_wide(code[i])]);
  else if (op != OP_JMP && !returns && i + 1 < row->code) unite(&all, live[i + 1]);
  return all;
}

/* One step of liveness against the direction of the code; whether anything changed. */
static int pass_backwards(const OrbcFunction *row, const uint64_t *code, const LocalSets *read, const LocalSets *kept, LocalSets *live) {
  int changed = 0;
  for (uint32_t i = row->code; i-- > 0;) {
    LocalSets now = live_behind(row, code, live, i);
    for (int bank = 0; bank < 2; bank++) {
      now.of[bank] = (now.of[bank] & kept[i].of[bank]) | read[i].of[bank];
      changed |= now.of[bank] != live[i].of[bank];
    }
    live[i] = now;
  }
  return changed;
}

static uint64_t own_locals(const CodeFacts *f, int bank) { return (((uint64_t)1 << f->locals[bank]) - 1) & ~(((uint64_t)1 << f->params[bank]) - 1); }

/* Liveness (Kildall, "A unified approach to global program optimization", 1973): which locals may be read before the function has written them.  All may, when
 * that is not known soon: a pass for each level of loops is enough (Kam and Ullman, 1976), but jumps can be chosen that need one for each instruction. */
static void find_unset(CodeFacts *f, const OrbcFunction *row, const uint64_t *code) {
  LocalSets read[ANALYSED], kept[ANALYSED], live[ANALYSED];
  uint64_t own[2] = {own_locals(f, BANK_RAW), own_locals(f, BANK_REF)};
  if (!own[0] && !own[1]) return;
  for (uint32_t i = 0; i < row->code; i++) find_operands(f, code[i], &read[i], &kept[i]);
  memset(live, 0, row->code * sizeof live[0]);
  int passes = 0;
  while (passes < PASSES && pass_backwards(row, code, read, kept, live)) passes++;
  for (int bank = 0; bank < 2; bank++) f->unset[bank] = passes < PASSES ? live[0].of[bank] & own[bank] : own[bank];
}

/* Errors may go from anywhere to a handler, so functions with handlers are not analysed. */
static int is_analysed(const CodeFacts *f, const OrbcFunction *row) {
  return row->code <= ANALYSED && !row->handlers && f->locals[0] <= 63 && f->locals[1] <= 63;
}

/* Parameters that cannot be another register: those that are written, and those that stand side by side in a window. */
static void find_changed(CodeFacts *f, uint64_t w) {
  unsigned op = insn_op(w);
  for (unsigned i = 0; i < 3; i++) {
    unsigned format = flow_format(op, i), reg = flow_operand(w, i);
    if (flow_bank(format) == BANK_NONE || reg >= 64) continue;
    if (flow_is_write(format)) f->changed[flow_bank(format)] |= (uint64_t)1 << reg;
    if (flow_is_window(format)) f->changed[flow_bank(format)] |= UINT64_MAX << reg;
  }
}

/* Functions that never return are not worth it: they are what rarely happens. */
static int is_expandable(CodeFacts *f, const OrbcFunction *row, const uint64_t *code) {
  if (row->code > SMALL || row->closure || !is_analysed(f, row)) return 0;
  for (uint32_t i = 0; i < row->code; i++) {
    unsigned op = insn_op(code[i]);
    if (op == OP_RETN || op == OP_SERVICE) return 0;
    if (opcode_info[op].b == FMT_JUMP && i + 1 + insn_wide(code[i]) == 0) f->loops_to_start = 1;
    f->returns += is_return(op);
    find_changed(f, code[i]);
  }
  return f->returns > 0;
}

/* The function type of a call; NULL when `w` is none. */
static const OrbcType *called_type(const Inliner *in, uint64_t w, uint32_t note) {
  const OrbcModule *v = &in->m->view;
  switch (insn_op(w)) {
  case OP_CALL:
    if (insn_c(w) < v->imports_count) return orbc_type(v, v->imports[insn_c(w)].type);
    return orbc_type(v, orbc_signature(v, insn_c(w) - v->imports_count).type);
  case OP_CALL_FN: return orbc_type(v, insn_c(w));
  case OP_CALL_TRAIT: return orbc_type(v, v->items[orbc_type(v, note & (uint32_t)NOTE_TYPE)->first_item + insn_c(w)].type);
  default: return NULL;
  }
}

static uint32_t ref_results(const Inliner *in, uint64_t w, uint32_t note) {
  const OrbcType *type = called_type(in, w, note);
  uint32_t n = 0;
  for (uint32_t i = type ? type->number : 0; type && i < type->items; i++) n += !is_raw_type(in->m->view.items[type->first_item + i].type);
  return n;
}

/* References that the code may hold: those it names, results of calls, which may be the next call's arguments without being named, and locals, which are read
 * unwritten, in a window or behind the first of several results.  What a call's window has room for beyond these stays empty, and need not be a root. */
static uint32_t refs_used(const Inliner *in, const CodeFacts *f) {
  const OrbcFunction *row = f->body.row;
  const uint64_t *code = f->body.code;
  uint32_t most = f->params[BANK_REF];
  for (uint32_t i = 0; i < row->code; i++) {
    uint32_t results = ref_results(in, code[i], f->notes[i]);
    if (results && insn_b(code[i]) + results > most) most = insn_b(code[i]) + results;
    for (unsigned k = 0; k < 3; k++) {
      unsigned format = flow_format(insn_op(code[i]), k), reg = flow_operand(code[i], k);
      int goes_on = flow_is_window(format) || insn_op(code[i]) == OP_RETN;
      if (flow_bank(format) != BANK_REF) continue;
      if (goes_on && reg < row->ref_locals && most < row->ref_locals) most = row->ref_locals;
      if (!flow_is_window(format) && reg >= most) most = reg + 1;
    }
  }
  return most;
}

static uint32_t count_bits(uint64_t bits) {
  uint32_t n = 0;
  for (; bits; bits &= bits - 1) n++;
  return n;
}

static void learn(const Inliner *in, CodeFacts *f) {
  const OrbcModule *v = &in->m->view;
  const OrbcFunction *row = f->body.row;
  const OrbcType *type = orbc_type(v, row->type);
  f->params[BANK_REF] = row->closure ? 1 : 0;
  for (uint32_t i = 0; i < type->number; i++) f->params[is_raw_type(v->items[type->first_item + i].type) ? BANK_RAW : BANK_REF]++;
  f->locals[BANK_RAW] = row->raw_locals;
  f->locals[BANK_REF] = row->ref_locals;
  f->total[BANK_RAW] = row->raw_locals + row->raw_temps;
  f->total[BANK_REF] = row->handlers || in->program->is_exact ? row->ref_locals + row->ref_temps : refs_used(in, f);
  f->state = is_expandable(f, row, f->body.code) ? EXPANDABLE : NOT_EXPANDABLE;
  if (is_analysed(f, row)) find_unset(f, row, f->body.code);
  else f->unset[BANK_RAW] = f->unset[BANK_REF] = UINT64_MAX;
  f->cost = row->code + f->returns + count_bits(f->unset[BANK_RAW]) + count_bits(f->unset[BANK_REF]);
}

static size_t notes_size(const OrbcFunction *row) { return (row->code * sizeof(uint32_t) + 7) & ~(size_t)7; }

/* The rows of the function, unpacked behind the notes when they are packed; 0: it cannot be. */
static int take_body(const Inliner *in, CodeFacts *f, uint32_t function, const OrbcFunction *row) {
  const OrbcModule *v = &in->m->view;
  LoadReport report;
  if (v->packed) return packed_body(v->packed, function, (char *)f->notes + notes_size(row), &f->body) && orbc_check_body(v, function, &f->body, &report);
  f->body = orbc_body(v, function);
  return !in->m->vouched || orbc_check_function(v, function, &report);
}

/* NULL: no memory. */
static CodeFacts *new_facts(Inliner *in, uint32_t function) {
  OrbcFunction room;
  const OrbcModule *v = &in->m->view;
  const OrbcFunction *row = orbc_function(v, function, &room);
  GcMemory memory = in->program->memory;
  size_t size = sizeof(CodeFacts) + notes_size(row) + (v->packed ? packed_room(row) : 0);
  CodeFacts *f = memory.alloc(memory.ctx, size, 8);
  LoadReport report;
  if (!f) return in->failed = 1, NULL;
  memset(f, 0, sizeof *f);
  f->size = size;
  if (take_body(in, f, function, row) && verify_function(v, &f->body, in->m->grants, in->scratch, f->notes, &report)) learn(in, f);
  return f;
}

static void free_facts(GcMemory memory, CodeFacts *f) {
  if (f) memory.free(memory.ctx, f, f->size, 8);
}

/* Facts of a small function: those that were there first, when several threads look for them.  NULL: no memory. */
static const CodeFacts *small_facts(Inliner *in, uint32_t function) {
  Func *f = &in->program->functions[in->m->first_function + function];
  CodeFacts *known = atomic_load_explicit(&f->facts, memory_order_acquire), *made;
  if (known || !(made = new_facts(in, function))) return known;
  if (atomic_compare_exchange_strong(&f->facts, &known, made)) return program_note_made(in->program), made;
  free_facts(in->program->memory, made);
  return known;
}

void inline_forget(const Program *program, Func *f) { free_facts(program->memory, atomic_load(&f->facts)); }

/* -- the output -- */

static uint32_t position(const Inliner *in) { return (uint32_t)in->out->code.count; }
static uint64_t *word(const Inliner *in, uint32_t at) { return &VEC_ROWS(uint64_t, in->out->code)[at]; }
static uint32_t *note(const Inliner *in, uint32_t at) { return &VEC_ROWS(uint32_t, in->out->notes)[at]; }
static CodeOrigin *origin(const Inliner *in, uint32_t at) { return &VEC_ROWS(CodeOrigin, in->out->origins)[at]; }

static void emit(Inliner *in, const Activation *act, uint64_t w, uint32_t notes, uint32_t pc) {
  uint64_t *to = vec_next(&in->out->code);
  uint32_t *to_notes = vec_next(&in->out->notes);
  CodeOrigin *to_origin = vec_next(&in->out->origins);
  if (!to || !to_notes || !to_origin) {
    in->failed = 1;
    return;
  }
  *to = w;
  *to_notes = notes | in->pending;
  *to_origin = (CodeOrigin){pc, act->site, in->debt};
  if ((*to_notes & (uint32_t)(NOTE_BLOCK | NOTE_JOIN)) || (opcode_info[insn_op(w)].flags & OPF_ENDS_BLOCK)) in->payment = ORBC_NONE;
  in->pending = 0;
}

/* An instruction that the frozen code does not have. */
static void emit_extra(Inliner *in, const Activation *act, uint64_t w, uint32_t notes, uint32_t pc) {
  in->debt--;
  emit(in, act, w, notes, pc);
}

static void remove_row(CodeVec *vec, uint32_t at) {
  char *to = (char *)vec->rows + at * vec->row_size;
  memmove(to, to + vec->row_size, (vec->count - at - 1) * vec->row_size);
  vec->count--;
}

/* Takes out the instruction at `at`, with which and behind which there is only straight code of `act`, up to frozen position `pc`. */
static void take_out(Inliner *in, const Activation *act, uint32_t at, uint32_t pc) {
  uint32_t inherited = *note(in, at) & (uint32_t)(NOTE_BLOCK | NOTE_JOIN);
  remove_row(&in->out->code, at);
  remove_row(&in->out->notes, at);
  remove_row(&in->out->origins, at);
  if (at < position(in)) *note(in, at) |= inherited;
  else in->pending |= inherited;
  for (uint32_t i = at; i < position(in); i++) origin(in, i)->debt++;
  in->debt++;
  uint32_t *map = VEC_ROWS(uint32_t, in->maps) + act->map;
  for (uint32_t i = pc + 1; i-- > 0 && map[i] > at;) map[i]--;
}

/* -- registers -- */

static unsigned renamed(const Activation *act, int bank, unsigned reg) {
  if (reg < 64 && (act->copied[bank] >> reg & 1)) return act->source[bank][reg];
  return act->base[bank] + reg;
}

static uint64_t rename_all(const Activation *act, uint64_t w) {
  if (act->depth == 0) return w;
  for (unsigned i = 0; i < 3; i++) {
    int bank = flow_bank(flow_format(insn_op(w), i));
    if (bank != BANK_NONE) w = flow_with(w, i, renamed(act, bank, flow_operand(w, i)));
  }
  return w;
}

/* Whether temporary `reg` of the frozen code is not read behind instruction `i`.  Blocks may be as long as a file, so this gives up. */
static int is_dead_behind(const Activation *act, uint32_t i, int bank, unsigned reg) {
  if (reg < (bank == BANK_RAW ? act->row->raw_locals : act->row->ref_locals)) return 0;
  for (uint32_t end = i + LOOK_AHEAD; !(opcode_info[insn_op(act->code[i])].flags & OPF_ENDS_BLOCK) && ++i < act->row->code && !(act->facts->notes[i] & NOTE_BLOCK);) {
    if (i == end) return 0;
    if (flow_reads(act->code[i], bank, reg)) return 0;
    if (flow_writes(act->code[i], bank, reg)) return 1;
  }
  return 1;
}

/* -- arguments -- */

/* The position of `MOV window + k, x` when the parameter can be x itself; ORBC_NONE: there is none. */
static uint32_t find_copy(const Inliner *in, const Activation *act, int bank, unsigned window, unsigned to) {
  uint32_t end = position(in), at = end;
  unsigned move = bank == BANK_RAW ? OP_MOV : OP_MOVP;
  for (;;) {
    if (at == 0 || end - at > LOOK_BACK || (at < end && (*note(in, at) & (uint32_t)(NOTE_BLOCK | NOTE_JOIN)))) return ORBC_NONE;
    at--;
    if (origin(in, at)->site != act->site) return ORBC_NONE;
    if (flow_writes(*word(in, at), bank, to)) break;
  }
  unsigned from = insn_b(*word(in, at));
  if (insn_op(*word(in, at)) != move || from >= window) return ORBC_NONE;
  for (uint32_t i = at + 1; i < end; i++)
    if (flow_writes(*word(in, i), bank, from) || flow_reads(*word(in, i), bank, to)) return ORBC_NONE;
  return at;
}

/* Lets parameters that are copies be what they are copies of, and takes the copies out. */
static void substitute_arguments(Inliner *in, const Activation *act, uint32_t pc, Activation *callee, const CodeFacts *facts) {
  for (int bank = 0; bank < 2; bank++) {
    for (unsigned k = 0; k < facts->params[bank] && k < 64; k++) {
      if (facts->changed[bank] >> k & 1) continue;
      uint32_t at = find_copy(in, act, bank, callee->base[bank], callee->base[bank] + k);
      if (at == ORBC_NONE) continue;
      callee->copied[bank] |= (uint64_t)1 << k;
      callee->source[bank][k] = (uint16_t)insn_b(*word(in, at));
      take_out(in, act, at, pc);
    }
  }
}

static void clear_locals(Inliner *in, const Activation *callee, const CodeFacts *facts) {
  for (int bank = 0; bank < 2; bank++)
    for (unsigned k = facts->params[bank]; k < facts->locals[bank]; k++)
      if (facts->unset[bank] >> k & 1)
        emit_extra(in, callee, bank == BANK_RAW ? insn_make(OP_LDI, callee->base[bank] + k, 0, TYPE_I64) : insn_make(OP_LDNULL, callee->base[bank] + k, 0, 0), 0, 0);
}

/* -- results -- */

/* Whether the instruction in front of the return at `pc` made what is returned, in temporary `reg` of the frozen code, and can put it elsewhere. */
static int can_redirect(const Inliner *in, const Activation *act, uint32_t pc, int bank, unsigned reg) {
  uint32_t at = position(in);
  if (at == 0 || in->pending || (act->facts->notes[pc] & NOTE_BLOCK) || pc == 0) return 0;
  if (reg < (bank == BANK_RAW ? act->row->raw_locals : act->row->ref_locals)) return 0;
  const CodeOrigin *from = origin(in, at - 1);
  uint64_t w = *word(in, at - 1);
  return from->site == act->site && from->pc == pc - 1 && insn_op(w) != OP_FMA_F64 && flow_writes(w, bank, act->base[bank] + reg);
}

static void return_value(Inliner *in, const Activation *act, uint32_t pc, int bank, unsigned reg) {
  unsigned from = renamed(act, bank, reg), to = act->result[bank];
  if (from == to) in->pending |= act->facts->notes[pc] & NOTE_BLOCK ? (uint32_t)NOTE_JOIN : 0;
  else if (can_redirect(in, act, pc, bank, reg)) {
    uint64_t *w = word(in, position(in) - 1);
    *w = flow_with(*w, 0, to);
  } else emit_extra(in, act, insn_make(bank == BANK_RAW ? OP_MOV : OP_MOVP, to, from, 0), act->facts->notes[pc] & NOTE_BLOCK, pc);
}

static void add_fixup(Inliner *in, uint32_t target) {
  const Fixup fixup = {position(in) - 1, target};
  if (!vec_add(&in->fixups, &fixup, 1)) in->failed = 1;
}

/* A return of an expanded function: its value, and a jump behind it unless it is there. */
static void expand_return(Inliner *in, const Activation *act, uint32_t pc) {
  uint64_t w = act->code[pc];
  in->debt = act->debt + 1;
  if (insn_op(w) == OP_RETR) return_value(in, act, pc, BANK_RAW, insn_a(w));
  else if (insn_op(w) == OP_RETP) return_value(in, act, pc, BANK_REF, insn_a(w));
  else if (act->facts->notes[pc] & NOTE_BLOCK) in->pending |= (uint32_t)NOTE_JOIN;
  if (pc + 1 == act->row->code || in->failed) return;
  emit_extra(in, act, insn_make_wide(OP_JMP, 0, 0), 0, pc);
  add_fixup(in, act->row->code);
  in->debt = act->debt;
}

/* -- fuel --
 *
 * An expanded call costs what the call would: what is missing is paid by a NOP with a number in front of it (rewrite.c makes FUEL of it), one for all calls with
 * straight code between, and by the jumps that returns become.  Where something throws in between, the debt of its origin makes up for it. */

static void start_payment(Inliner *in, const Activation *callee) {
  if (in->payment == ORBC_NONE || in->pending) {
    emit_extra(in, callee, insn_make_wide(OP_NOP, 0, 0), 0, 0);
    in->payment = position(in) - 1;
  }
}

/* Behind an expanded call: the payment at `at` covers it, so that the debt is what it was before. */
static void settle(Inliner *in, const Activation *act, uint32_t at) {
  int32_t missing = in->debt - act->debt;
  uint64_t *w = word(in, at);
  if (in->failed) return;
  *w = insn_make_wide(OP_NOP, 0, (uint32_t)((int32_t)insn_wide(*w) + missing));
  for (uint32_t i = at; i < position(in); i++) origin(in, i)->debt -= missing;
  in->debt = act->debt;
}

/* -- bodies -- */

static void copy_body(Inliner *in, Activation *act);

static int is_active(const Activation *act, uint32_t function) {
  for (; act; act = act->caller)
    if (act->function == function) return 1;
  return 0;
}

static uint32_t new_site(Inliner *in, const Activation *caller, uint32_t pc, const Activation *act) {
  const uint32_t *params = act->facts->params; /* 64 are more than what is expanded has */
  CodeSite site = {.function = in->m->first_function + act->function, .parent = caller ? caller->site : ORBC_NONE, .call = pc,
                   .temps = {act->base[0] + act->row->raw_locals, act->base[1] + act->row->ref_locals}};
  for (int bank = 0; bank < 2; bank++) {
    site.base[bank] = act->base[bank];
    site.result[bank] = act->result[bank];
    site.arguments[bank] = (((uint64_t)1 << (params[bank] & 63)) - 1) & ~act->copied[bank];
  }
  if (!vec_add(&in->out->sites, &site, 1)) in->failed = 1;
  return (uint32_t)in->out->sites.count - 1;
}

static void activate(Activation *act, uint32_t function, const CodeFacts *facts) {
  act->function = function;
  act->facts = facts;
  act->row = facts->body.row;
  act->code = facts->body.code;
}

/* When the call's result is only copied elsewhere by the next instruction, it goes there at once: 1, and that instruction is done with. */
static int take_result(const Activation *act, uint32_t pc, Activation *callee) {
  uint64_t call = act->code[pc], next;
  if (pc + 1 >= act->row->code || (act->facts->notes[pc + 1] & NOTE_BLOCK)) return 0;
  next = act->code[pc + 1];
  int bank = insn_op(next) == OP_MOV ? BANK_RAW : insn_op(next) == OP_MOVP ? BANK_REF : BANK_NONE;
  if (bank == BANK_NONE || insn_b(next) != (bank == BANK_RAW ? insn_a(call) : insn_b(call))) return 0;
  unsigned returns = bank == BANK_RAW ? OP_RETR : OP_RETP;
  for (uint32_t i = 0; i < callee->row->code; i++) {
    unsigned op = insn_op(callee->code[i]);
    if (is_return(op) && op != returns) return 0;
  }
  if (!is_dead_behind(act, pc + 1, bank, insn_b(next))) return 0;
  callee->result[bank] = renamed(act, bank, insn_a(next));
  return 1;
}

/* Each jump back closes a loop. */
static void count_loops(const Inliner *in, const Activation *act) {
  int32_t *loops = VEC_ROWS(int32_t, in->loops) + act->map;
  memset(loops, 0, ((size_t)act->row->code + 1) * sizeof *loops);
  for (uint32_t i = 0; i < act->row->code; i++) {
    uint32_t target = i + 1 + insn_wide(act->code[i]);
    if (opcode_info[insn_op(act->code[i])].b != FMT_JUMP || target > i) continue;
    loops[target]++;
    loops[i + 1]--;
  }
  for (uint32_t i = 1; i <= act->row->code; i++) loops[i] += loops[i - 1];
}

/* Whether the call makes room in a list that is full, which is rare: LPUSH, JT, two copies of arguments, CALL. */
static int makes_room(const Activation *act, uint32_t pc) {
  if (pc < 4 || insn_op(act->code[pc - 3]) != OP_JT) return 0;
  unsigned op = insn_op(act->code[pc - 4]);
  return op == OP_LPUSH || op == OP_LPUSHP;
}

static int is_worth_it(const Inliner *in, const Activation *act, uint32_t pc, uint32_t size) {
  return !makes_room(act, pc) && (size <= TINY || act->in_loop || VEC_ROWS(int32_t, in->loops)[act->map + pc] > 0);
}

/* Expands the call at `pc` when that is worth it: the number of instructions done with, 0 else. */
static uint32_t expand_call(Inliner *in, const Activation *act, uint32_t pc) {
  uint64_t w = act->code[pc];
  if (insn_op(w) != OP_CALL || insn_c(w) < in->m->view.imports_count || act->depth == DEEPEST) return 0;
  uint32_t function = insn_c(w) - in->m->view.imports_count, size = orbc_signature(&in->m->view, function).code;
  if (size > SMALL || size > in->room || is_active(act, function) || !is_worth_it(in, act, pc, size)) return 0;
  const CodeFacts *facts = small_facts(in, function);
  if (!facts || facts->state != EXPANDABLE) return 0;
  Activation callee = {.caller = act, .depth = act->depth + 1, .in_loop = act->in_loop || VEC_ROWS(int32_t, in->loops)[act->map + pc] > 0};
  activate(&callee, function, facts);
  callee.base[0] = callee.result[0] = act->base[0] + insn_a(w);
  callee.base[1] = callee.result[1] = act->base[1] + insn_b(w);
  if (callee.base[0] + facts->total[0] > MOST_REGISTERS || callee.base[1] + facts->total[1] > MOST_REGISTERS) return 0;
  if (position(in) + facts->cost > in->room || facts->cost + SITE_COST > in->growth) return 0;
  in->growth -= facts->cost + SITE_COST;
  uint32_t done = 1 + (uint32_t)take_result(act, pc, &callee), starts = act->facts->notes[pc] & NOTE_BLOCK;
  in->pending |= starts;
  if (!in->pending) substitute_arguments(in, act, pc, &callee, facts);
  callee.site = new_site(in, act, pc, &callee);
  in->debt += 2; /* the call's cost */
  start_payment(in, &callee);
  uint32_t payment = in->payment;
  clear_locals(in, &callee, facts);
  callee.debt = in->debt;
  copy_body(in, &callee);
  in->debt += (int32_t)done - 1;
  settle(in, act, payment);
  return done;
}

static void resolve(Inliner *in, const Activation *act, size_t first) {
  const uint32_t *map = VEC_ROWS(uint32_t, in->maps) + act->map;
  for (size_t i = first; i < in->fixups.count; i++) {
    Fixup f = VEC_ROWS(Fixup, in->fixups)[i];
    uint64_t *w = word(in, f.at);
    *w = (uint32_t)*w | (uint64_t)(map[f.target] - (f.at + 1)) << 32;
    if (f.target != act->row->code) continue;
    *w = flow_with(*w, 0, (uint16_t)(origin(in, f.at)->debt - in->debt)); /* a return: see "fuel" */
    in->pending |= (uint32_t)NOTE_JOIN;
  }
  in->fixups.count = first;
}

static void copy_body(Inliner *in, Activation *act) {
  const OrbcFunction *row = act->row;
  const CodeFacts *facts = act->facts;
  size_t first_fixup = in->fixups.count;
  act->map = in->maps.count;
  for (int bank = 0; bank < 2; bank++)
    if (act->base[bank] + facts->total[bank] > in->most[bank]) in->most[bank] = act->base[bank] + facts->total[bank];
  if (!vec_add(&in->maps, NULL, (size_t)row->code + 1) || !vec_add(&in->loops, NULL, (size_t)row->code + 1)) in->failed = 1;
  else count_loops(in, act);
  for (uint32_t i = 0, n = 1; i < row->code && !in->failed; i += n) {
    uint64_t w = act->code[i];
    unsigned op = insn_op(w);
    VEC_ROWS(uint32_t, in->maps)[act->map + i] = position(in);
    n = expand_call(in, act, i);
    if (n == 2) VEC_ROWS(uint32_t, in->maps)[act->map + i + 1] = position(in);
    if (n) continue;
    n = 1;
    if (act->depth && is_return(op)) {
      expand_return(in, act, i);
      continue;
    }
    uint32_t starts = i == 0 && act->depth && !facts->loops_to_start ? (uint32_t)NOTE_BLOCK : 0; /* the caller's block goes on */
    emit(in, act, rename_all(act, w), act->facts->notes[i] & ~starts, i);
    if (opcode_info[op].b == FMT_JUMP) add_fixup(in, i + 1 + insn_wide(w));
  }
  if (in->failed) return;
  VEC_ROWS(uint32_t, in->maps)[act->map + row->code] = position(in);
  if (act->depth && !is_return(insn_op(act->code[row->code - 1]))) in->debt = act->debt + 1; /* as if it ended in one */
  resolve(in, act, first_fixup);
  if (act->depth) in->maps.count = in->loops.count = act->map;
}

/* -- functions -- */

static uint32_t round4(uint32_t n) { return (n + 3) & ~3u; }

/* The first instruction from `i` on that no handler covers yet (Tarjan, "Efficiency of a good but not linear set union algorithm", 1975). */
static uint32_t next_open(Cover *covers, uint32_t i) {
  for (; covers[i].next != i; i = covers[i].next) covers[i].next = covers[covers[i].next].next;
  return i;
}

static void cover(const Inliner *in, const Activation *act, Cover *covers, uint32_t handler) {
  const uint32_t *map = VEC_ROWS(uint32_t, in->maps) + act->map;
  const OrbcHandler *h = &act->facts->body.handlers[handler];
  uint32_t end = map[h->end];
  for (uint32_t i = next_open(covers, map[h->start]); i < end; i = next_open(covers, i + 1)) covers[i] = (Cover){i + 1, handler};
}

/* Instructions from `i` on that one handler covers become a range: where it ends. */
static uint32_t add_range(Inliner *in, const Activation *act, const Cover *covers, uint32_t i) {
  const uint32_t *map = VEC_ROWS(uint32_t, in->maps) + act->map;
  const OrbcHandler *h = &act->facts->body.handlers[covers[i].handler];
  OrbcHandler range = {i, i + 1, map[h->target], h->reg};
  while (covers[range.end].next != range.end && covers[range.end].handler == covers[i].handler) range.end++;
  if (!vec_add(&in->out->handlers, &range, 1)) in->failed = 1;
  return range.end;
}

/* Handlers may overlap, and the first of the file is meant: each instruction gets its own. */
static void copy_handlers(Inliner *in, const Activation *act, uint32_t length) {
  if (!act->row->handlers) return;
  in->covers.count = 0;
  if (!vec_add(&in->covers, NULL, (size_t)length + 1)) {
    in->failed = 1;
    return;
  }
  Cover *covers = VEC_ROWS(Cover, in->covers);
  for (uint32_t i = 0; i <= length; i++) covers[i].next = i;
  for (uint32_t i = 0; i < act->row->handlers; i++) cover(in, act, covers, i);
  for (uint32_t i = 0; i < length && !in->failed;) i = covers[i].next == i ? i + 1 : add_range(in, act, covers, i);
}

/* Locals to zero on entry: up to the last that may be read unwritten. */
static uint32_t locals_to_zero(const Inliner *in, const CodeFacts *facts, int bank) {
  uint32_t n = facts->locals[bank];
  if (!in->program->is_exact)
    while (n > facts->params[bank] && n <= 63 && !(facts->unset[bank] >> (n - 1) & 1)) n--;
  return round4(n - facts->params[bank]);
}

/* FuncCode.to_zero.  The machine knows that nothing but references is in the frames that are to come, if they are not large. */
static uint32_t slots_to_zero(const Inliner *in, const CodeFacts *facts) {
  uint32_t raws = locals_to_zero(in, facts, BANK_RAW), refs = locals_to_zero(in, facts, BANK_REF);
  if (in->most[BANK_REF] > SMALL_FRAME) refs = round4(in->most[BANK_REF] - facts->params[BANK_REF]);
  if ((raws || refs) && refs < LEAST_ZEROED) refs = LEAST_ZEROED;
  return raws << 16 | refs;
}

static void expand_function(Inliner *in) {
  const CodeFacts *facts = in->facts;
  FuncCode *head = &in->out->head;
  Activation act = {0};
  activate(&act, in->function, facts);
  act.site = new_site(in, NULL, 0, &act);
  copy_body(in, &act);
  if (in->failed) return;
  head->length = position(in);
  copy_handlers(in, &act, head->length);
  head->raw_total = in->most[BANK_RAW];
  head->ref_total = in->most[BANK_REF];
  head->raw_params = (uint16_t)facts->params[BANK_RAW];
  head->ref_params = (uint16_t)facts->params[BANK_REF];
  head->to_zero = slots_to_zero(in, facts);
}

/* No order of calls may change what becomes of a function, so each has its own share of what all may grow by. */
static uint64_t growth_of(const OrbcModule *v, uint32_t code) {
  return (uint64_t)GROWTH * code + FREE_GROWTH / v->functions_count;
}

static int inline_known(Inliner *in) {
  if (!in->facts) return 0;
  if (in->facts->state == INVALID) return -1;
  GcMemory memory = in->program->memory;
  vec_init(&in->maps, memory, sizeof(uint32_t));
  vec_init(&in->fixups, memory, sizeof(Fixup));
  vec_init(&in->covers, memory, sizeof(Cover));
  vec_init(&in->loops, memory, sizeof(int32_t));
  expand_function(in);
  vec_free(&in->maps);
  vec_free(&in->fixups);
  vec_free(&in->covers);
  vec_free(&in->loops);
  return !in->failed;
}

int inline_function(const Program *program, const Func *f, CodeDraft *out) {
  const OrbcModule *v = &f->module->view;
  uint32_t function = f->index - f->module->first_function, code = orbc_signature(v, function).code;
  GcMemory memory = program->memory;
  size_t scratch = verify_function_scratch(code > SMALL ? code : SMALL);
  Inliner in = {.program = program, .m = f->module, .out = out, .function = function, .payment = ORBC_NONE,
                .room = program->is_exact ? 0 : 4 * code + 256, .growth = growth_of(v, code)};
  CodeFacts *own = NULL;
  in.scratch = memory.alloc(memory.ctx, scratch, 8);
  if (!in.scratch) return 0;
  in.facts = code <= SMALL ? small_facts(&in, in.function) : (own = new_facts(&in, in.function));
  int made = inline_known(&in);
  free_facts(memory, own);
  memory.free(memory.ctx, in.scratch, scratch, 8);
  return made;
}
