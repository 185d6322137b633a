# Orus. Needs a C11 compiler and make; `make help` lists what it can do.
#
#   VARIANT=release|debug|asan|ubsan|tsan|stress   CC=gcc|clang   CROSS=prefix-   V=1
#
# One makefile for the whole tree (no recursion); objects live in build/$(VARIANT)-$(CC).

VARIANT ?= release
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
CROSS   ?=
HOSTCC  ?= $(if $(CROSS),gcc,$(shell command -v gcc >/dev/null && echo gcc || echo $(CC)))
PREFIX  ?= /usr/local
V       ?= 0

Q  := $(if $(filter 1,$(V)),,@)
B  := build/$(VARIANT)-$(CROSS)$(notdir $(CC))
XCC := $(CROSS)$(CC)

WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wno-unused-parameter -Werror
DEFINES := -Iinclude -Isrc -Ispec -Iboot/stage0
SAN     := -fno-sanitize-recover=all -fno-omit-frame-pointer

flags.release := -O2 -fno-strict-aliasing -fno-math-errno -fno-asynchronous-unwind-tables
flags.debug   := -Og -g -fno-strict-aliasing -DORUS_DEBUG
flags.asan    := -O1 -g -fno-strict-aliasing -fsanitize=address,undefined $(SAN)
flags.ubsan   := -O1 -g -fno-strict-aliasing -fsanitize=undefined $(SAN)
flags.tsan    := -O1 -g -fsanitize=thread $(SAN)
flags.stress  := -O1 -g -fno-strict-aliasing -DORUS_DEBUG -DORUS_STRESS
ifeq ($(flags.$(VARIANT)),)
$(error VARIANT=$(VARIANT) is none of release debug asan ubsan tsan stress)
endif

# Relocations in a tenth of the bytes, where linker and C library know that.
PACKED := -Wl,-z,pack-relative-relocs
PACKED := $(if $(filter release,$(VARIANT)),$(if $(shell echo 'int main(void) { return 0; }' | $(XCC) -x c - -o /dev/null $(PACKED) 2>&1 || echo no),,$(PACKED)))

CFLAGS_ALL := -std=c11 $(WARN) $(DEFINES) $(flags.$(VARIANT)) -pthread -MMD -MP $(CFLAGS)
LDFLAGS_ALL := $(flags.$(VARIANT)) -pthread $(PACKED) $(LDFLAGS)

# The layers in the order of who may include whom (scripts/check-includes).
LAYERS  := kernel kernel/posix kernel/fault plat plat/posix heap code vm
LIB_SRC := $(foreach d,$(LAYERS),$(sort $(wildcard src/$(d)/*.c)))
LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o)
LIB     := $(B)/liborus.a

# What only the executable has: the command line, statistics and traces.
CLI_OBJ := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard src/cli/*.c)))

S0_SRC  := $(sort $(wildcard boot/stage0/*.c))
S0_OBJ  := $(filter-out %/main.o,$(S0_SRC:%.c=$(B)/%.o))

# Test programs: tests/<area>/test_*.c, one cmocka program each.
TEST_SRC := $(sort $(wildcard tests/*/test_*.c))
TEST_BIN := $(TEST_SRC:%.c=$(B)/%)

STAGE0  := $(B)/stage0
ORUS    := $(B)/orus
# The same without the tools: it compiles them.
BARE    := $(B)/orus-vm

SHELL   := /bin/sh
.PHONY: all help run test-lang test-pieces test-compiler orusc test-orusc test-docs bootstrap test-oracles test-math test-std test-testtool test-fmt test-doc test-kernel test-fault test-limits test-cli test-repl test-verify test-generated fuzz-smoke bench bench-std bench-compile bench-heap bench-start test unit programs check docs clean setup install uninstall test-install
all: $(ORUS) $(STAGE0)
ifeq ($(VARIANT),release)
	$(Q)cmp -s $(ORUS) orus || { cp $(ORUS) $(B)/orus.$$$$ && mv -f $(B)/orus.$$$$ orus; }    # one that runs cannot be written to
endif

$(ORUS): $(B)/src/main.o $(CLI_OBJ) $(B)/tool_prelinked.o $(B)/std_prelinked.o $(LIB)
	$(Q)$(XCC) $^ -o $@ $(LDFLAGS_ALL) -lm

$(BARE): $(B)/src/main.o $(CLI_OBJ) $(B)/boot/no_tools.o $(LIB)
	$(Q)$(XCC) $^ -o $@ $(LDFLAGS_ALL) -lm

# The compiler in Orus: compiled by stage0 (1), by itself (2); that one compiles the tools, which have the compiler and std in them. Files of bytecode fit every
# machine, so the release build for this one makes them for all.
TOOLS        := build/release-$(notdir $(HOSTCC))
COMPILER_SRC := $(shell find compiler std -name '*.orus')
STD_SRC      := $(sort $(shell find std -name '*.orus'))
TOOL_SRC     := $(sort $(shell find compiler tools -name '*.orus'))

ifeq ($(B),$(TOOLS))
$(B)/orusc.1.orbc: $(STAGE0) $(COMPILER_SRC)
	$(Q)$(STAGE0) -o $@ -I . compiler/orusc.orus

$(B)/orusc.2.orbc: $(BARE) $(B)/orusc.1.orbc
	$(Q)$(BARE) $(B)/orusc.1.orbc -o $@ -I . compiler/orusc.orus

# The index and the image of the prelude; the image has what these programs use.
LIBRARY_SRC := $(sort $(wildcard examples/*.orus))
$(B)/std.orbc: $(BARE) $(B)/orusc.2.orbc $(STD_SRC) tools/index/main.orus tools/pack/shorten.orus tools/test/examples.orus $(LIBRARY_SRC)
	$(Q)$(BARE) $(B)/orusc.2.orbc -o $(B)/index.orbc -I . tools/index/main.orus
	$(Q)$(BARE) $(B)/index.orbc $(B) $(LIBRARY_SRC)
$(B)/std.index: $(B)/std.orbc ;

$(B)/embedded/embedded.orus: $(B)/embed $(B)/std.index $(STD_SRC) $(TOOL_SRC)
	@mkdir -p $(@D)
	$(Q)$(B)/embed $(B)/std.index $(STD_SRC) $(TOOL_SRC) >$@

$(B)/embedded/std_texts.orus: $(BARE) $(B)/orusc.2.orbc $(STD_SRC) $(wildcard tools/pack/*.orus) tools/test/examples.orus
	@mkdir -p $(@D)
	$(Q)$(BARE) $(B)/orusc.2.orbc -o $(B)/pack.orbc -I . tools/pack/main.orus
	$(Q)$(BARE) $(B)/pack.orbc std/ $@ $(STD_SRC)

$(B)/tool.orbc: $(B)/orusc.2.orbc $(B)/embedded/embedded.orus $(B)/embedded/std_texts.orus
	$(Q)$(BARE) $(B)/orusc.2.orbc --no-places -o $@ -I . -I $(B)/embedded tools/cli/main.orus

# Private code of what the tools call when they do what they mostly do: compile a program, and then find it compiled.
PRELINK_SRC := examples/word_count.orus bench/std/json_typed.orus bench/std/time_format.orus bench/std/lines.orus
PRELINK_ENV := XDG_CACHE_HOME=$(abspath $(B)/prelink.cache)
PRELINK_RUN := $(foreach f,$(PRELINK_SRC),run $(f) ";") run -e 'print("hello")' ";" fmt --check $(firstword $(PRELINK_SRC)) ";"
$(B)/tool_prelinked.c: $(B)/prelink $(B)/tool.orbc $(B)/prelink.settings $(PRELINK_SRC)
	$(Q)rm -rf $(B)/prelink.cache
	$(Q)$(PRELINK_ENV) $(B)/prelink tool $(B)/tool.orbc $(PRELINK_RUN) $(PRELINK_RUN) >$@

# What these variables say, written anew only when they say something else.
ifneq ($(file <$(B)/prelink.settings),$(PRELINK_RUN))
.PHONY: $(B)/prelink.settings
endif
$(B)/prelink.settings:
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(PRELINK_RUN))' >$@

$(B)/std_prelinked.c: $(B)/prelink $(B)/std.orbc
	$(Q)$(B)/prelink std $(B)/std.orbc >$@

$(B)/prelink: $(B)/boot/prelink.o $(CLI_OBJ) $(B)/boot/no_tools.o $(LIB)
	$(Q)$(XCC) $^ -o $@ $(LDFLAGS_ALL) -lm
else
$(B)/%_prelinked.c: host-tools
	$(Q)cp $(TOOLS)/$*_prelinked.c $@

.PHONY: host-tools
host-tools:
	$(Q)$(MAKE) -s VARIANT=release CC=$(HOSTCC) CROSS= $(TOOLS)/tool.orbc $(TOOLS)/tool_prelinked.c $(TOOLS)/std_prelinked.c
$(TOOLS)/tool.orbc $(TOOLS)/orusc.2.orbc: host-tools ;
endif

$(B)/%_prelinked.o: $(B)/%_prelinked.c
	$(Q)$(XCC) $(CFLAGS_ALL) -c $< -o $@

# What takes how much of the executable.
.PHONY: sizes
sizes: all $(B)/sizes
	$(Q)strip -o $(B)/orus.stripped $(ORUS)
	$(Q)$(B)/sizes $(B)/orus.stripped
	@echo
	@size $(B)/src/main.o $(CLI_OBJ) $(LIB_OBJ) | sed "s|$(B)/||" | sort -k 4 -n -r

$(B)/sizes: $(B)/boot/sizes.o $(B)/tool_prelinked.o $(B)/std_prelinked.o $(LIB)
	$(Q)$(XCC) $^ -o $@ $(LDFLAGS_ALL) -lm

$(B)/embed: boot/embed.c
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=c11 -O1 $(WARN) $(DEFINES) $< -o $@

$(STAGE0): $(B)/boot/stage0/main.o $(S0_OBJ) $(LIB)
	$(Q)$(XCC) $^ -o $@ $(LDFLAGS_ALL) -lm

# In the dispatch loop gcc takes a minute to find what points where, under the sanitizers; the code is the same without.
ifneq ($(findstring gcc,$(CC)),)
$(B)/src/vm/interp.o: CFLAGS_ALL += -fno-tree-pta
endif

#: all             ./orus, the compiler inside, and the bootstrap compiler (VARIANT=release; others stay in build/)
#: run             compile the examples and run them
#: test            everything that must pass, in four builds
#: unit            test programs of this build
#: test-lang       the language corpus (PROMOTE=1: what comes out now is right)
#: test-compiler   the parts of the compiler in Orus
#: test-diagnostics  what the compiler says about mistakes (PROMOTE=1: what it says now is right)
#: test-hostile    texts that nobody means well (DEEP=n WIDE=bytes MANGLED=n LINE=megabytes LIBRARIES=n)
#: orusc           the command of the compiler alone, compiled by itself
#: test-orusc      the language corpus, compiled by it
#: test-pieces     the prelude in pieces against the prelude as a whole
#: test-docs       the programs in the documents
#: test-rules      that each rule of the reference has a test
#: test-grammar    that spec/grammar.ebnf says what the parser reads (COUNT=n texts made of it, SEED=n other ones)
#: bootstrap       the compiler compiles itself until nothing changes (WITH="asan-gcc debug-clang": by these builds too)
#: test-bootstrap-recipe  docs/bootstrap.md, followed in a copy of the tree
#: test-oracles    the standard library against other programs (ORACLE_SIZE=n ORACLES=part)
#: test-math       std/math against MPFR (MATH_POINTS=n a function)
#: test-std        test blocks and doc examples of std, tests/library, tests/std; which lines they execute (LEAST=percent), as pages in build/*/coverage
#: test-testtool   orus test itself
#: test-fmt        the formatter (FMT_LAYOUTS=n random layouts of each file)
#: test-doc        the pages of std: links, and how a browser shows them
#: test-limits     every limit and bad input
#: test-cli        the command line
#: test-repl       the REPL, through pipes and in a terminal
#: test-install    install, run from elsewhere, uninstall
#: test-kernel     the kernel's conformance tests
#: test-fault      memory, devices and heaps that fail (FAULT_MS=0: each one, however long it takes)
#: test-verify     mutated programs (MUTANTS=n)
#: test-generated  random valid modules (GENERATED=n)
#: fuzz-smoke      the fuzzers for a moment (FUZZ_SECONDS=n)
#: check           layers, symbols, links in documents, generated files
#: sizes           what takes how many bytes of the executable
#: docs            write the generated files
#: unicode         the tables of std/unicode, made anew of the package unicode-data
#: bench           compare with other languages (BENCH= RUNS= PEERS=)
#: bench-std       compare std with what others have (STD_BENCH= RUNS= PEERS=), part of bench
#: bench-compile   compare the compiler with others (LINES= RUNS=), part of bench
#: bench-start     compare how long programs of one line take (RUNS=), part of bench
#: bench-heap      pauses with a large heap (LIVE= ALLOCATED= in MB)
#: install         PREFIX=/usr/local DESTDIR=; uninstall takes it back
#: setup           install the tools that tests need (Debian)
#: clean           remove build/ and orus
help:
	@sed -n '3,5p' Makefile | sed 's/^# \{0,1\}//'
	@echo
	@sed -n 's/^#: //p' Makefile

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(XCC) $(CFLAGS_ALL) -c $< -o $@

$(LIB): $(LIB_OBJ)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && $(CROSS)ar rcs $@ $^

$(B)/tests/stage0/test_%: $(B)/tests/stage0/test_%.o $(S0_OBJ) $(LIB)
	$(Q)$(XCC) $^ -o $@ $(LDFLAGS_ALL) -lcmocka -lm

$(B)/tests/%: $(B)/tests/%.o $(LIB)
	$(Q)$(XCC) $(filter-out %.orbc,$^) -o $@ $(LDFLAGS_ALL) -lcmocka -lm

# Programs of the library for a test of faults, by the compiler in Orus.
FAULT_IMAGES := $(patsubst tests/fault/library/%.orus,$(B)/tests/vm/test_fault_library.images/%.orbc,$(wildcard tests/fault/library/*.orus))
$(B)/tests/vm/test_fault_library: $(FAULT_IMAGES)
$(FAULT_IMAGES): $(B)/tests/vm/test_fault_library.images/%.orbc: tests/fault/library/%.orus $(TOOLS)/orusc.2.orbc $(STD_SRC)
	@mkdir -p $(@D)
	$(Q)$(TOOLS)/orus-vm $(TOOLS)/orusc.2.orbc -o $@ --std std $<

$(B)/tests/code/test_generated: $(B)/tests/code/gen_module.o $(B)/tests/code/gen_calls.o
$(B)/tests/stage0/test_mutants: $(B)/tests/code/gen_module.o

# The main job: compile the examples and run them.
run: all
	@for f in examples/*.orus; do echo "== $$(basename $$f .orus)"; $(ORUS) $$f || exit 1; done

# Compares with the peers that are installed: make bench BENCH=fib,nbody RUNS=5 PEERS=orus,lua5.4,luajit-joff,luajit,node,python3
# and what std does with the same in other languages: make bench-std STD_BENCH=json_parse,map_ints PEERS=lua5.4-pure,lua5.4,python3-pure,python3,node,go
comma      := ,
PYTHON     ?= $(firstword $(wildcard /usr/bin/python3) python3)
BENCH      ?= $(notdir $(basename $(wildcard bench/programs/*.orus)))
BENCHES     = $(subst $(comma), ,$(BENCH))
BENCH_FILES = $(BENCHES:%=$(B)/bench/programs/%.orbc) $(BENCHES:%=$(B)/bench/programs/%.c.exe)
STD_BENCH  ?= $(notdir $(basename $(wildcard bench/std/*.orus)))
STD_BENCHES = $(subst $(comma), ,$(STD_BENCH))
STD_FILES   = $(STD_BENCHES:%=$(B)/bench/std/%.orbc) $(patsubst bench/%.go,$(B)/bench/%.go.exe,$(wildcard $(STD_BENCHES:%=bench/std/%.go)))
RUN_BENCH   = RUNS="$(RUNS)" PEERS="$(PEERS)" ORUS="$(ORUS)" PYTHON="$(PYTHON)" $(B)/bench/run $(B)
bench: all $(B)/bench/run $(BENCH_FILES)
	@$(RUN_BENCH) programs $(BENCHES)
	@echo
	@$(MAKE) -s bench-std
	@echo
	@$(MAKE) -s bench-compile
	@echo
	@$(MAKE) -s bench-start

bench-std: all $(B)/bench/run $(B)/bench/input/made $(STD_FILES)
	@$(RUN_BENCH) std $(STD_BENCHES)

$(B)/bench/run $(B)/bench/compile $(B)/bench/start: $(B)/bench/%: bench/%.c bench/process.h
	@mkdir -p $(@D)
	$(Q)$(XCC) -O2 $(WARN) $< -o $@ -lm

# How fast compilers are, on programs of so many lines of Orus that do the same in each language; the result is kept in bench/COMPILE.md.
LINES ?= 100000
COMPILED  = $(addprefix $(B)/bench/$(LINES).,orus c go lua js py)
bench-compile: all $(B)/bench/compile $(COMPILED)
	@RUNS="$(RUNS)" ORUS="$(ORUS)" PYTHON="$(PYTHON)" $(B)/bench/compile $(abspath $(B))/bench/$(LINES)

$(COMPILED): $(B)/bench/$(LINES).%: bench/compile/program.% bench/compile/generate.orus | all
	@mkdir -p $(@D)
	$(Q)$(ORUS) bench/compile/generate.orus $* $(LINES) >$@

# How long a program of one line takes; the result is kept in bench/START.md.
HELLO       = $(abspath $(B))/bench/hello
HELLO_FILES = $(HELLO).c.exe $(HELLO).orbc $(if $(shell command -v go),$(HELLO).go.exe)
bench-start: all $(B)/bench/start $(HELLO_FILES)
	@RUNS="$(RUNS)" ORUS="$(abspath $(ORUS))" PYTHON="$(PYTHON)" $(B)/bench/start $(HELLO)

$(HELLO).c.exe: bench/programs/hello.c
	$(Q)$(XCC) -O2 $< -o $@

$(HELLO).orbc: bench/programs/hello.orus $(ORUS)
	$(Q)$(ORUS) build -o $@ $<

$(HELLO).go.exe: bench/programs/hello.go
	$(Q)GOCACHE=$(HELLO).go.cache GO111MODULE=off go build -o $@ $<

# Pauses of the collector with a large live heap: make bench-heap LIVE=256 ALLOCATED=16384 (MB); the result is kept in bench/HEAP.md.
LIVE      ?= 256
ALLOCATED ?= 16384
bench-heap: $(B)/bench/heap_pauses
	@$(B)/bench/heap_pauses $(LIVE) $(ALLOCATED)

$(B)/bench/heap_pauses: $(B)/bench/heap_pauses.o $(LIB)
	$(Q)$(XCC) $^ -o $@ $(LDFLAGS_ALL) -lm

$(B)/bench/programs/%.c.exe: bench/programs/%.c
	@mkdir -p $(@D)
	$(Q)$(XCC) -O2 $< -o $@ -lm

$(B)/bench/programs/%.orbc: bench/programs/%.orus $(STAGE0) $(wildcard std/*.orus std/*/*.orus)
	@mkdir -p $(@D)
	$(Q)$(STAGE0) -o $@ $<

$(B)/bench/std/%.orbc: bench/std/%.orus $(ORUS)
	@mkdir -p $(@D)
	$(Q)$(ORUS) build -o $@ $<

# Without Go its column stays empty.
GO_SHARED = bench/std/input.go bench/std/gzip.go
$(B)/bench/std/%.go.exe: bench/std/%.go $(GO_SHARED)
	@mkdir -p $(@D)
	$(Q)! command -v go >/dev/null || GO111MODULE=off go build -o $@ $^

$(B)/bench/input/made: bench/input.orus $(ORUS)
	$(Q)$(ORUS) $< $(@D) && touch $@

# Mutated programs under the sanitizers: make test-verify MUTANTS=1000000
MUTANTS ?= 1000000
test-verify:
	@$(MAKE) -s VARIANT=asan build/asan-gcc/tests/stage0/test_mutants
	@ORUS_MUTANTS=$(MUTANTS) scripts/run-tests build/asan-gcc/tests/stage0/test_mutants

# Random valid modules under the sanitizers, and in the debug build, which checks the values of all operands: make test-generated GENERATED=20000
GENERATED ?= 20000
test-generated:
	@$(MAKE) -s VARIANT=debug build/debug-gcc/tests/code/test_generated
	@$(MAKE) -s VARIANT=asan build/asan-gcc/tests/code/test_generated
	@ORUS_GENERATED=$(GENERATED) ORUS_CALLS=$$(($(GENERATED) / 5)) scripts/run-tests build/debug-gcc/tests/code/test_generated
	@ORUS_GENERATED=$$(($(GENERATED) / 20)) ORUS_SEED=1000000 scripts/run-tests build/asan-gcc/tests/code/test_generated

# Every limit is reached and ends in an error.
test-limits: all
	@scripts/test-limits $(B)

# What the command line says and how it ends.
test-cli: all
	@scripts/test-cli $(B)

# The prelude that is read piece by piece means what it means as a whole.
test-pieces: all
	@scripts/test-pieces $(B)

# Talks with the REPL; needs tmux.
test-repl: all
	@scripts/test-repl $(B)

# The pages that `orus doc` makes of std; needs chromium. Pictures are kept in the build folder.
test-doc: all
	@scripts/test-doc $(B)

# What `orus fmt` makes of all files and of random layouts of them.
test-fmt: all
	@FMT_LAYOUTS=$(FMT_LAYOUTS) scripts/test-fmt $(B)

test-compiler: all $(B)/tests/compiler/session/run_images
	@scripts/test-compiler $(B)

# What the compiler says about mistakes; make test-diagnostics PROMOTE=1 makes what it says now what is expected, to be read in the diff.
PROMOTE ?=
.PHONY: test-diagnostics
test-diagnostics: all
	@scripts/test-diagnostics $(B) $(PROMOTE:%=promote)

# Texts that nobody means well: DEEP=n WIDE=bytes MANGLED=n LINE=megabytes LIBRARIES=n (scripts/test-hostile).
.PHONY: test-hostile
test-hostile: all
	@scripts/test-hostile $(B)

test-lang: all
	@scripts/test-lang $(B) $(PROMOTE:%=promote)
	$(if $(PROMOTE),@$(MAKE) -s test-orusc)

# The command of the compiler alone, as it compiled itself.
orusc: $(BARE) $(TOOLS)/orusc.2.orbc
	$(Q)cp $(TOOLS)/orusc.2.orbc $(B)/orusc.orbc

test-orusc: orusc
	@scripts/test-orusc $(B) $(PROMOTE:%=promote)

test-docs: orusc
	@scripts/test-docs $(B)

.PHONY: test-rules
test-rules: all
	@scripts/test-rules $(B)

.PHONY: test-grammar
test-grammar: all
	@COUNT=$(COUNT) SEED=$(SEED) scripts/test-grammar $(B)

# Compiled by stage0, then by itself twice: what it makes of itself must stay the same; by other builds too: make bootstrap WITH="asan-gcc debug-clang".
WITH ?=
bootstrap: all $(WITH:%=bootstrap-%)
	@scripts/test-bootstrap $(B) $(WITH:%=build/%)

bootstrap-%:
	@$(MAKE) -s VARIANT=$(firstword $(subst -, ,$*)) CC=$(lastword $(subst -, ,$*)) all

# docs/bootstrap.md, followed word by word in a copy of the tree.
.PHONY: test-bootstrap-recipe
test-bootstrap-recipe:
	@scripts/test-bootstrap-recipe

# The standard library against programs by others; ORACLE_SIZE=10 takes ten times as many cases, ORACLES=hashes one part.
ORACLE_SIZE ?= 1
test-oracles: all
	@ORACLE_SIZE=$(ORACLE_SIZE) ORACLES="$(ORACLES)" scripts/test-oracles $(B)

# The tables of std/unicode.
.PHONY: unicode
unicode: all
	$(Q)$(ORUS) run --std std tools/unicode/main.orus /usr/share/unicode std/unicode/tables

# The functions of math against MPFR; MATH_POINTS=10000000 takes ten million points a function.
MATH_POINTS ?= 20000
test-math: all
	@MATH_POINTS=$(MATH_POINTS) scripts/test-math $(B)

# The tests of std, and how many of its lines they execute.
test-std: all
	@scripts/test-std $(B)

# What `orus test` says and does.
test-testtool: all
	@scripts/test-testtool $(B)

# The kernel's conformance tests alone.
test-kernel: $(filter $(B)/tests/kernel/%,$(TEST_BIN))
	@scripts/run-tests $^

# Memory, devices and heaps that fail: every one of them, or samples after so long with a program and way of failing. FAULT_MS=0 leaves nothing out.
FAULT_MS ?= 3000
test-fault: $(B)/tests/stage0/test_fault $(B)/tests/vm/test_fault_library
	@ORUS_FAULT_MS=$(FAULT_MS) scripts/run-tests $^

.SECONDARY:
.DELETE_ON_ERROR:

# All that the tests run, without running it.
programs: all orusc $(TEST_BIN) $(B)/tests/compiler/session/run_images

# Without what targets of their own run in this build, in larger sizes: test-fault, test-verify, test-generated. A collection at every allocation makes
# hours of the many runs of test_fault_library.
unit.elsewhere.release := %/test_fault %/test_fault_library
unit.elsewhere.asan    := %/test_mutants %/test_generated
unit.elsewhere.stress  := %/test_fault_library
unit.sizes.asan        := ORUS_SAMPLE=4
unit.sizes.stress      := ORUS_MUTANTS=1500 ORUS_GENERATED=150 ORUS_SAMPLE=4
unit: $(TEST_BIN)
	@$(unit.sizes.$(VARIANT)) scripts/run-tests $(filter-out $(unit.elsewhere.$(VARIANT)),$(TEST_BIN))

# Files that follow from spec/ are committed; check refuses stale ones.
GEN := $(B)/spec/gen
define generated
$(1) docs/reference/machine.md $(GEN)/reference
$(1) include/orus_kernel.h $(GEN)/kernel header
$(1) std/__kernel.orus $(GEN)/kernel orus
$(1) src/kernel/kcall_table.inc $(GEN)/kernel table
$(1) docs/kernel_abi.md $(GEN)/kernel docs
$(1) compiler/code/opcode.orus $(GEN)/compiler
$(1) docs/reference/grammar.md $(GEN)/grammar spec/grammar.ebnf
endef

check: $(GEN)/reference $(GEN)/kernel $(GEN)/compiler $(GEN)/grammar
	@scripts/check-includes
	@scripts/check-docs
	@$(MAKE) -s all && scripts/check-symbols $(B) && scripts/check-size $(B)
	$(call generated,@scripts/generated check)

docs: $(GEN)/reference $(GEN)/kernel $(GEN)/compiler $(GEN)/grammar
	$(call generated,@scripts/generated write)

$(B)/spec/gen/%: spec/gen/%.c $(wildcard spec/*.def spec/*.idl)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=c11 $(WARN) -Ispec $< -o $@

setup:
	@scripts/setup

fuzz-smoke:
	@scripts/fuzz-smoke $(FUZZ_SECONDS)

test: setup check
	@scripts/test-all

# make install PREFIX=/usr/local DESTDIR=: orus, its library and header, the bootstrap compiler as orus-stage0, and the standard library, where that finds it.
BINDIR     = $(PREFIX)/bin
LIBDIR     = $(PREFIX)/lib
INCLUDEDIR = $(PREFIX)/include
DATADIR    = $(PREFIX)/share/orus

$(B)/install/stage0: boot/stage0/main.c $(S0_OBJ) $(LIB)
	@mkdir -p $(@D)
	$(Q)$(XCC) $(filter-out -MMD -MP,$(CFLAGS_ALL)) -DSTAGE0_STD='"$(DATADIR)/std"' $^ -o $@ $(LDFLAGS_ALL) -lm
.PHONY: $(B)/install/stage0

install: $(ORUS) $(LIB) $(B)/install/stage0
	$(Q)install -d "$(DESTDIR)$(BINDIR)" "$(DESTDIR)$(LIBDIR)" "$(DESTDIR)$(INCLUDEDIR)" "$(DESTDIR)$(DATADIR)"
	$(Q)install -m 755 $(ORUS) "$(DESTDIR)$(BINDIR)/orus"
	$(Q)install -m 755 $(B)/install/stage0 "$(DESTDIR)$(BINDIR)/orus-stage0"
	$(Q)install -m 644 $(LIB) "$(DESTDIR)$(LIBDIR)/liborus.a"
	$(Q)install -m 644 include/orus_kernel.h "$(DESTDIR)$(INCLUDEDIR)/orus_kernel.h"
	$(Q)install -m 644 LICENSE "$(DESTDIR)$(DATADIR)/LICENSE"
	$(Q)rm -rf "$(DESTDIR)$(DATADIR)/std"
	$(Q)for f in $$(find std -name '*.orus'); do \
	    install -d "$(DESTDIR)$(DATADIR)/$$(dirname $$f)" && install -m 644 $$f "$(DESTDIR)$(DATADIR)/$$f" || exit 1; \
	done

# What install has put there, and no folder but its own.
uninstall:
	$(Q)rm -f "$(DESTDIR)$(BINDIR)/orus" "$(DESTDIR)$(BINDIR)/orus-stage0" "$(DESTDIR)$(LIBDIR)/liborus.a" "$(DESTDIR)$(INCLUDEDIR)/orus_kernel.h"
	$(Q)rm -rf "$(DESTDIR)$(DATADIR)"

test-install: all
	@scripts/test-install $(B)

clean:
	rm -rf build orus

-include $(B)/src/main.d $(B)/boot/no_tools.d $(B)/tests/compiler/session/run_images.d $(B)/boot/prelink.d $(B)/boot/sizes.d $(CLI_OBJ:.o=.d) $(B)/boot/stage0/main.d $(LIB_OBJ:.o=.d) $(S0_OBJ:.o=.d) $(TEST_BIN:=.d) $(B)/tests/code/gen_module.d $(B)/tests/code/gen_calls.d $(B)/bench/heap_pauses.d
