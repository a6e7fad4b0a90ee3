# Davy. `make demo` and `make test` do their own set-up; see README.md.
#
# Folders under bench/ become one archive, so that each program links no more than it calls.
# SANITIZE=1 builds everything with ASan and UBSan into build-sanitize/; TORTURE=1 and VALGRIND=1 are
# builds under strain (bench/base/strain.h), which go together with it or alone. FUZZ=1 builds the fuzz
# targets with clang's libFuzzer, ASan and UBSan into build-fuzz/.

MAKEFLAGS += --no-builtin-rules --no-print-directory
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif

BUILD := build$(if $(TORTURE),-torture)$(if $(VALGRIND),-valgrind)$(if $(SANITIZE),-sanitize)$(if $(FUZZ),-fuzz)
VERSION := 0.1

CC ?= cc
ifneq ($(FUZZ),)
CC := clang
endif
CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wno-missing-field-initializers \
	-Wno-format-truncation -Wno-dangling-pointer -Werror
STRAIN := $(if $(TORTURE),-DDAVY_TORTURE) $(if $(VALGRIND),-DDAVY_VALGRIND)
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
ifneq ($(FUZZ),)
SANITIZE := 1
SANITIZERS += -fsanitize=fuzzer-no-link
WARNINGS += -Wno-unknown-warning-option
endif
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DDAVY_VERSION='"$(VERSION)"' $(WARNINGS) $(CFLAGS) \
	-ffp-contract=off -Ibench -I. -I$(BUILD) -MMD -MP $(if $(SANITIZE),$(SANITIZERS)) $(STRAIN)
LDFLAGS_ALL = $(LDFLAGS) -Wl,--as-needed $(if $(SANITIZE),$(SANITIZERS))

FOLDERS := base loop codec verdict port wire record run report push
# libgpiod 1 (Debian 12) and 2 are two libraries by one name: the files of one speak to the one that is here.
OTHER_GPIO = $(wildcard bench/port/gpio_$(if $(shell pkg-config --atleast-version=2 libgpiod && echo 2),v1,v2)*.c)
SOURCES = $(filter-out $(OTHER_GPIO) bench/push/main.c,$(foreach f,$(FOLDERS),$(sort $(wildcard bench/$(f)/*.c))))
SCRIPT_SOURCES := $(sort $(wildcard bench/script/*.c))
CLI_SOURCES := $(sort $(wildcard bench/cli/*.c))
TEST_SOURCES := $(sort $(wildcard tests/*.c))
RIG_SOURCES := $(sort $(wildcard tests/rig/*.c))
BENCHMARK_SOURCES := $(sort $(wildcard tests/benchmark/*.c))
PRELUDE := $(sort $(wildcard bench/script/prelude/*.lua))

objects = $(patsubst %.c,$(BUILD)/%.o,$(1))

SCRIPT_LIBS = $(shell pkg-config --libs lua5.4 libseccomp)
WIRE_LIBS = $(shell pkg-config --libs libgpiod libserialport)
DAVY_LIBS = -ljansson -lcrypto -lsqlite3 -lqrencode $(WIRE_LIBS) -lpthread -lm
PUSH_LIBS = -lcurl -lpq -lmosquitto -lssl
TEST_LIBS = -lcunit -lmodbus $(PUSH_LIBS) $(DAVY_LIBS)

# tests/benchmark: what several programs share, and one program per other file.
BENCHMARK_FOR_ALL := tests/benchmark/figures.c tests/benchmark/lateness.c tests/benchmark/wires.c
BENCHMARK_SHARED := $(call objects,$(BENCHMARK_FOR_ALL))
BENCHMARK_PROGRAMS := $(patsubst tests/benchmark/%.c,$(BUILD)/benchmark/%,$(filter-out $(BENCHMARK_FOR_ALL),$(BENCHMARK_SOURCES)))

# tests/fuzz: what fuzz targets share, and one program per target, fuzz_NAME.c.
FUZZ_SHARED := $(call objects,$(sort $(filter-out tests/fuzz/fuzz_%.c,$(wildcard tests/fuzz/*.c))))
FUZZ_PROGRAMS := $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: all programs tests rig-tests benchmarks fuzzers demo test test-all test-rig benchmark tidy sanitize \
	fuzz test-fuzz test-torture test-valgrind clean
all: programs
programs: $(BUILD)/davy $(BUILD)/davy-lua $(BUILD)/davy-push
tests: programs $(BUILD)/davy-tests
rig-tests: programs $(BUILD)/davy-rig-tests
benchmarks: programs $(BENCHMARK_PROGRAMS)
fuzzers: $(FUZZ_PROGRAMS)

$(BUILD)/libdavy.a: $(call objects,$(SOURCES))
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/davy: $(call objects,$(CLI_SOURCES)) $(BUILD)/libdavy.a
	$(CC) -o $@ $^ $(LDFLAGS_ALL) $(DAVY_LIBS)

# Started several times a run, so nothing is left to be linked at its start, where the libraries allow
# it.
STATIC = $(if $(SANITIZE)$(VALGRIND),,$(shell echo 'int main(void) { return 0; }' | \
	$(CC) -x c - -x none -o /dev/null -static-pie $(SCRIPT_LIBS) -lm 2>/dev/null && \
	echo -static-pie))
$(BUILD)/davy-lua: $(call objects,$(SCRIPT_SOURCES)) $(BUILD)/libdavy.a
	$(CC) -o $@ $^ $(LDFLAGS_ALL) $(STATIC) $(SCRIPT_LIBS) -lm

# What brings records elsewhere: the only program with libcurl, libpq and libmosquitto, and none of its own with the wires.
$(BUILD)/davy-push: $(call objects,bench/push/main.c) $(BUILD)/libdavy.a
	$(CC) -o $@ $^ $(LDFLAGS_ALL) $(PUSH_LIBS) -ljansson -lcrypto -lsqlite3 -lpthread -lm

# An archive, so that claims about a command's parts are linked with these alone.
$(BUILD)/libcommands.a: $(call objects,$(filter-out bench/cli/main.c,$(CLI_SOURCES)))
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/davy-tests: $(call objects,$(TEST_SOURCES)) $(BUILD)/libcommands.a $(BUILD)/libdavy.a
	$(CC) -o $@ $^ $(LDFLAGS_ALL) $(TEST_LIBS)

# Claims about real wires: they run inside the rig (tests/rig/boot.sh).
$(BUILD)/davy-rig-tests: $(call objects,$(RIG_SOURCES) tests/claims.c tests/guardian_rig.c) $(BUILD)/libdavy.a
	$(CC) -o $@ $^ $(LDFLAGS_ALL) -lcunit $(DAVY_LIBS)
$(BUILD)/tests/rig/main.o: $(BUILD)/rig_suites.h
$(BUILD)/rig_suites.h: $(wildcard tests/rig/test_*.c) Makefile
	@mkdir -p $(@D)
	@printf 'SUITE(%s)\n' $(patsubst tests/rig/test_%.c,%,$(sort $(wildcard tests/rig/test_*.c))) > $@

$(BENCHMARK_PROGRAMS): $(BUILD)/benchmark/%: $(BUILD)/tests/benchmark/%.o $(BENCHMARK_SHARED) \
		$(BUILD)/libdavy.a
	@mkdir -p $(@D)
	$(CC) -o $@ $^ $(LDFLAGS_ALL) $(DAVY_LIBS)

$(FUZZ_PROGRAMS): $(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/fuzz_%.o $(FUZZ_SHARED) $(BUILD)/libdavy.a
	@mkdir -p $(@D)
	$(CC) -o $@ $^ -fsanitize=fuzzer $(LDFLAGS_ALL) $(PUSH_LIBS) $(DAVY_LIBS)

$(BUILD)/tests/main.o: $(BUILD)/suites.h
$(BUILD)/suites.h: $(wildcard tests/test_*.c) Makefile
	@mkdir -p $(@D)
	@printf 'SUITE(%s)\n' $(patsubst tests/test_%.c,%,$(sort $(wildcard tests/test_*.c))) > $@

# The Lua prelude, parsed here and compiled into davy-lua as arrays of bytes.
$(BUILD)/prelude: bench/script/prelude/compile.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(shell pkg-config --cflags lua5.4) -o $@ $< $(LDFLAGS_ALL) \
		$(shell pkg-config --libs lua5.4)
$(BUILD)/prelude.h: $(BUILD)/prelude $(PRELUDE)
	@$(BUILD)/prelude $(PRELUDE) > $@.part && mv $@.part $@
$(call objects,$(SCRIPT_SOURCES)): $(BUILD)/prelude.h

# A suite is found by its file's name and so has no header.
$(BUILD)/tests/%.o: ALL_CFLAGS += -Wno-missing-prototypes
$(BUILD)/bench/push/%.o: ALL_CFLAGS += $(shell pkg-config --cflags libpq)
$(BUILD)/bench/script/%.o: ALL_CFLAGS += $(shell pkg-config --cflags lua5.4 libseccomp)
$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# What a person calls. Each installs what it misses first, then makes anew, so that what pkg-config
# answers is asked for after the installation.
demo:
	@sh bench/dist/setup.sh build
	@+$(MAKE) -s programs
	@bash bench/dist/demo.sh

test:
	@sh bench/dist/setup.sh build test
	@bash tests/all.sh

# Everything that can be tested, or the parts named in PARTS: hours (tests/everything.sh).
test-all:
	@sh bench/dist/setup.sh build test
	@bash tests/everything.sh

# The same as test, on real wires: a kernel of our own in a virtual machine (tests/rig).
test-rig:
	@sh bench/dist/setup.sh build test
	@bash tests/rig/all.sh

# Speeds and memory; CHAPTERS="machine hostile" measures just these (bench/dist/benchmark.sh).
benchmark:
	@sh bench/dist/setup.sh build
	@+$(MAKE) -s benchmarks
	@bash bench/dist/benchmark.sh $(CHAPTERS)

sanitize:
	@sh bench/dist/setup.sh build test
	@+$(MAKE) -s SANITIZE=1 tests
	@build-sanitize/davy-tests

# Coverage-guided fuzzing (tests/fuzz): build it, or run it over the kept corpora and a sample of new
# inputs; with FUZZ_RUNS=10000000 over so many new ones for each target. TARGETS="unit json" runs just these.
fuzz:
	@sh bench/dist/setup.sh build fuzz
	@+$(MAKE) -s FUZZ=1 fuzzers

test-fuzz:
	@sh bench/dist/setup.sh build
	@sh bench/dist/setup.sh fuzz || :
	@bash tests/fuzz/all.sh $(TARGETS)

# Builds under strain (bench/base/strain.h): a fixed sample of the claims in minutes, WHOLE=1 all that can be (under
# valgrind in a root of Debian 13, whose valgrind can watch more), SUITES="journal json" just these.
test-torture test-valgrind: test-%:
	@sh bench/dist/setup.sh build test $(filter valgrind,$*)
	@bash $(if $(and $(WHOLE),$(filter valgrind,$*)),tests/roots/suite.sh trixie valgrind,tests/strain.sh $* $(if $(WHOLE),whole))

# Without clang-format the rest is still worth checking; tidy.sh says what it left out.
tidy:
	@sh bench/dist/setup.sh tidy || :
	@sh tests/tidy.sh

include bench/dist/install.mk

clean:
	rm -rf build build-*/

-include $(shell find $(BUILD) -path $(BUILD)/deb/source -prune -o -name '*.d' -type f -print 2>/dev/null)
