# Dunlin's one Makefile. `make help` says what it can do; deploy/build/README.md how the tree maps to what is built.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.SECONDEXPANSION:
MAKEFLAGS += --no-builtin-rules

B ?= build
# One name whoever calls: what an object depends on is written down by its name.
override B := $(abspath $(B))
FLAVOUR ?= release
FLAVOURS := release debug asan tsan cov fuzz fuzzcov
$(if $(filter $(FLAVOUR),$(FLAVOURS)),,$(error FLAVOUR is one of $(FLAVOURS)))
O := $(B)/$(FLAVOUR)
G := $(B)/gen

# ---- what there is ----
SERVICES := $(sort $(foreach d,$(wildcard services/*/*.[ch]),$(word 2,$(subst /, ,$d))))
COMPONENTS := common $(SERVICES)
home = $(if $(filter common,$1),common,services/$1)
# The C files of a component, its folders included; the broker in the sandbox is a program of its own.
sources = $(filter-out services/sandbox/broker/%,$(foreach d,/ /*/ /*/*/,$(wildcard $(call home,$1)$d*.c)))
BINARIES := $(patsubst services/%/main.c,$(O)/bin/%,$(wildcard services/*/main.c)) $(if $(wildcard services/sandbox/broker/main.c),$(O)/bin/mockbroker)

# The pure core: everything but these. The sandbox is no core of anything.
COMMON_IMPURE := clock% random% log db% migrate% inbox% outbox% relay% unit% kafka% consume% produce% positions% parked% topics% \
	role% service% httpd% http_% ops% outside% tick% token% verb% idle% audit% jail% bulk statements
SERVICE_IMPURE := main store% http% send% tick% import% verb% settings
impure = $(if $(filter common,$1),$(COMMON_IMPURE:%=common/%.c),$(if $(filter sandbox,$1),%,$(SERVICE_IMPURE:%=services/$1/%.c)))
# What a pattern takes for impure and isn't.
PURE_ANYWAY := common/kafka_headers.c
pure = $(filter-out $(call impure,$1),$(call sources,$1)) $(filter $(PURE_ANYWAY),$(call sources,$1))
PURE := $(foreach c,$(COMPONENTS),$(call pure,$c))

PROTOS := $(shell find proto -name '*.proto' 2>/dev/null | sort)
PROTO_C := $(PROTOS:proto/%.proto=$(G)/proto/%.pb-c.c)
# Generated C of a component: its statements, migrations, templates and profiles, where it has any.
templates = $(if $(wildcard $(call home,$1)/templates/*),$(G)/sql/$1/$1_templates.c) \
	$(if $(wildcard $(call home,$1)/profiles/*),$(G)/sql/$1/$1_profiles.c)
sql = $(if $(wildcard $(call home,$1)/sql/queries*.sql),$(G)/sql/$1/$1_queries.c) \
	$(if $(wildcard $(call home,$1)/sql/[0-9]*.sql),$(G)/sql/$1/$1_migrations.c) $(call templates,$1)
SQL_C := $(foreach c,$(COMPONENTS),$(call sql,$c))
GENERATED := $(PROTO_C) $(SQL_C) $(G)/version/version.h $(G)/path/common

# ---- how it is built ----
CC := gcc
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wwrite-strings \
	-Wcast-qual -Wswitch-enum -Wimplicit-fallthrough -Walloca
WERRORS := $(if $(filter 1 true,$(WERROR) $(CI)),-Werror)
# GCC's flow warnings see ghosts in instrumented code.
GCC_WARNINGS := -Wtrampolines -Wbidi-chars=any -Wlogical-op -Wduplicated-cond \
	$(if $(filter asan tsan,$(FLAVOUR)),-Wno-format-truncation -Wno-maybe-uninitialized)
HARDENED := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -ftrivial-auto-var-init=zero \
	-fno-strict-overflow -fno-delete-null-pointer-checks $(if $(filter x86_64,$(shell uname -m)),-fcf-protection=full)
SANE := -fno-omit-frame-pointer -fno-sanitize-recover=all
flags_release := -O2 -g $(HARDENED)
flags_debug := -Og -g3
flags_asan := -O1 -g -fsanitize=address,undefined $(SANE)
flags_tsan := -O1 -g -fsanitize=thread $(SANE)
flags_cov := -O0 -g --coverage
flags_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined $(SANE)
flags_fuzzcov := -O1 -g -fprofile-instr-generate -fcoverage-mapping -fsanitize=fuzzer-no-link
ifneq ($(filter fuzz fuzzcov,$(FLAVOUR)),)
CC := clang
GCC_WARNINGS :=
WERRORS :=
endif
PACKAGES := libpq rdkafka libevent libevent_pthreads libevent_openssl libcurl jansson expat zlib libprotobuf-c openssl cmocka
$(foreach p,$(PACKAGES),$(eval LIB_$p := $(shell pkg-config --libs $p 2>/dev/null)))
PG_CFLAGS := $(shell pkg-config --cflags libpq rdkafka libcurl 2>/dev/null)
LIBS_pure := $(LIB_libprotobuf-c) $(LIB_expat) $(LIB_zlib) -lcrypto $(LIB_jansson)
LIBS_all := $(LIB_libpq) $(LIB_rdkafka) $(LIB_libevent_pthreads) $(LIB_libevent) $(LIBS_pure) -lssl -lcrypto -lpthread
# libcurl only where calls go out.
LIBS_common := $(LIB_libcurl)
LIBS_payments := $(LIB_libcurl)
LIBS_reminders := $(LIB_libcurl)
LIBS_sandbox := $(LIB_libcurl) $(LIB_libevent_openssl)

CPPFLAGS_ALL := -D_GNU_SOURCE -MMD -MP $(CPPFLAGS)
CFLAGS_ALL := -std=gnu17 -pipe -fPIE -ffunction-sections -fdata-sections -ffile-prefix-map=$(CURDIR)=. $(flags_$(FLAVOUR)) $(CFLAGS)
STRICT := $(WARNINGS) $(GCC_WARNINGS) $(WERRORS) -include deploy/build/banned.h
LDFLAGS_ALL := -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--gc-sections -Wl,--as-needed $(flags_$(FLAVOUR)) $(LDFLAGS)

# A service sees its own folder, common/ and the messages; common/ sees itself. "common/x.h" is the long name where a service has an x.h too.
see = $(if $(filter common,$1),,-I$(call home,$1) -I$(G)/sql/$1 -isystem $(G)/proto) -Icommon -I$(G)/sql/common -I$(G)/path -I$(G)/version
# Whose code a file of ours is or tests: services/X/..., tests/LAYER/X/..., else common's.
owner = $(or $(filter $(SERVICES),$(word 2,$(subst /, ,$1)) $(word 3,$(subst /, ,$1))),common)
libs_flags = $(if $(filter $(PURE),$1),-include deploy/build/pure.h,$(PG_CFLAGS)) \
	$(if $(filter common/clock.c common/random.c tests/% services/sandbox/broker/%,$1),-DMAY_READ_THE_CLOCK)
# V=1 shows the whole command.
say = $(if $(V),,@echo "$1"; )
compile = $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL)
objects = $(patsubst %.c,$(O)/obj/%.o,$1)
generated_objects = $(patsubst $(G)/%.c,$(O)/obj/gen/%.o,$1)

.PHONY: all
all: $(BINARIES) ## build every service (FLAVOUR=release debug asan tsan cov fuzz; B=build folder)

$(O)/obj/%.o: %.c deploy/build/banned.h deploy/build/pure.h | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC $<)$(compile) $(STRICT) $(call libs_flags,$<) $(call see,$(call owner,$<)) -c -o $@ $<

$(O)/obj/gen/%.o: $(G)/%.c | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC $<)$(compile) -w -Icommon -I$(G)/path -I$(G)/proto -I$(<D) -c -o $@ $<

archive = rm -f $@ && ar rcs $@ $(filter %.o,$^)
$(O)/lib/messages.a: $(call generated_objects,$(PROTO_C))
	@mkdir -p $(@D) && $(archive)
# lib/X.a is all of a component but main, pure/X.a its pure core.
# (Made again when a file is gone, or no longer of the core: that is what the list is for.)
define component
$(O)/lib/$1.a: $(call objects,$(filter-out services/%/main.c,$(call sources,$1))) $(call generated_objects,$(call sql,$1)) $(O)/lib/$1.list
	@$$(archive)
$(O)/pure/$1.a: $(call objects,$(call pure,$1)) $(call generated_objects,$(call templates,$1)) $(O)/lib/$1.list
	@mkdir -p $$(@D) && $$(archive)
$(O)/lib/$1.list: FORCE
	@mkdir -p $$(@D) && echo '$(call sources,$1) pure $(call pure,$1)' | cmp -s - $$@ || echo '$(call sources,$1) pure $(call pure,$1)' >$$@
endef
$(foreach c,$(COMPONENTS),$(eval $(call component,$c)))
# The messages are system headers to the compiler, which notes no dependence on those.
$(call objects,$(shell find services tests -name '*.c')): $(PROTO_C)

link = $(call say,LD $@)mkdir -p $(@D) && $(CC) $(LDFLAGS_ALL) -o $@
$(SERVICES:%=$(O)/bin/%): $(O)/bin/%: $(O)/obj/services/%/main.o $(O)/lib/%.a $(O)/lib/common.a $(O)/lib/messages.a
	$(link) $^ $(LIBS_all) $(LIBS_$*)
$(O)/bin/mockbroker: $(O)/obj/services/sandbox/broker/main.o
	$(link) $^ $(LIB_rdkafka) -lpthread

# ---- what is generated ----
$(G)/proto/%.pb-c.c: proto/%.proto
	@mkdir -p $(G)/proto && protoc -Iproto --c_out=$(G)/proto $<
$(B)/dunlin.binpb: $(PROTOS)
	@mkdir -p $(@D) && protoc -Iproto --include_imports --include_source_info --descriptor_set_out=$@ $^
$(G)/python/.done: $(PROTOS)
	@mkdir -p $(@D) && protoc -Iproto --python_out=$(@D) $^ && touch $@
define generate
$(G)/sql/$1/$1_queries.c: $(sort $(wildcard $(call home,$1)/sql/queries*.sql)) deploy/build/queries.awk
	@mkdir -p $$(@D) && awk -v component=$1 -v base=$$(basename $$@) -f deploy/build/queries.awk $$(filter %.sql,$$^)
$(G)/sql/$1/$1_migrations.c: $(sort $(wildcard $(call home,$1)/sql/[0-9]*.sql)) deploy/build/migrations.awk
	@mkdir -p $$(@D) && awk -v component=$1 -v base=$$(basename $$@) -f deploy/build/migrations.awk $$(filter %.sql,$$^)
$(G)/sql/$1/$1_templates.c: $(sort $(wildcard $(call home,$1)/templates/*)) deploy/build/templates.awk
	@mkdir -p $$(@D) && awk -v component=$1 -v base=$$(basename $$@) -f deploy/build/templates.awk $$(filter-out %.awk,$$^)
$(G)/sql/$1/$1_profiles.c: $(sort $(wildcard $(call home,$1)/profiles/*)) deploy/build/profiles.awk
	@mkdir -p $$(@D) && awk -v component=$1 -v base=$$(basename $$@) -f deploy/build/profiles.awk $$(filter-out %.awk,$$^)
endef
$(foreach c,$(COMPONENTS),$(eval $(call generate,$c)))
$(G)/path/common: FORCE
	@mkdir -p $(@D) && ln -sfn $(CURDIR)/common $@
.PHONY: FORCE
$(G)/version/version.h: FORCE
	@mkdir -p $(@D) && deploy/build/version >$@.new && { cmp -s $@.new $@ && rm $@.new || mv $@.new $@; }

# ---- tests ----
# tests/LAYER/test_x.c tests common/, tests/LAYER/X/test_x.c component X; the folder's other C files are linked to each of its tests.
# unit sees the pure core alone, the other layers everything.
LAYERS := unit store kafka
test_sources = $(wildcard tests/$1/test_*.c tests/$1/*/test_*.c)
tests = $(patsubst %.c,$(O)/%,$(call test_sources,$1))
test_objects = $(call objects,$(sort $1 $(filter-out $(dir $1)test_%,$(wildcard $(dir $1)*.c)) $(filter tests/unit/unit.c,$(if $(filter tests/unit/%,$1),tests/unit/unit.c))))
core_unit = $(O)/pure/$1.a $(O)/pure/common.a
core_store = $(O)/lib/$1.a $(O)/lib/common.a
core_kafka = $(core_store)
libs_unit = $(LIBS_pure)
libs_store = $(LIBS_all) $(LIBS_$1)
libs_kafka = $(libs_store)
# Those that live histories of the simulator a second time.
twins = $(if $(filter test_sim_%,$(notdir $1)),$(O)/sim/twin.o $(O)/obj/tests/sim/relive/relive.o)
define test
$(O)/$(2:.c=): $(call test_objects,$2) $(call twins,$2) $(call core_$1,$(call owner,$2)) $(O)/lib/messages.a
	$$(link) $$^ $(call libs_$1,$(call owner,$2)) $(LIB_cmocka)
endef
$(foreach l,$(LAYERS),$(foreach t,$(call test_sources,$l),$(eval $(call test,$l,$t))))

# Each component's whole pure core as a program without libpq, librdkafka, libevent or libcurl: what links is pure.
$(O)/pure/%.linked: $(O)/pure/%.a $(O)/pure/common.a $(O)/lib/messages.a
	@echo 'int main(void) { return 0; }' >$@.c
	@$(CC) -pie $(flags_$(FLAVOUR)) -o $@ $@.c -Wl,--whole-archive $(sort $(filter-out %messages.a,$^)) -Wl,--no-whole-archive \
		$(O)/lib/messages.a $(LIBS_pure)
.PHONY: check-pure
check-pure: $(COMPONENTS:%=$(O)/pure/%.linked) ## link the domain with no database, broker, event loop or network library
	@echo "pure: $(foreach c,$(COMPONENTS),$c $(words $(call pure,$c)))"

# Fuzz targets need clang: `make FLAVOUR=fuzz tests`. Those of a service have the books in memory of its unit tests; fuzzcov counts lines.
FUZZ := $(if $(filter fuzz fuzzcov,$(FLAVOUR)),$(wildcard tests/fuzz/*.c tests/fuzz/*/*.c))
fuzz_worlds = $(if $(filter common,$1),,$(call objects,tests/unit/unit.c $(filter-out tests/unit/$1/test_%,$(wildcard tests/unit/$1/*.c))))
define fuzz
$(O)/$(1:.c=): $(call objects,$1) $(call fuzz_worlds,$(call owner,$1)) $(call core_store,$(call owner,$1)) $(O)/lib/messages.a
	$$(link) -fsanitize=fuzzer $$^ $(LIBS_all) $(LIBS_$(call owner,$1)) $(LIB_cmocka)
endef
$(foreach t,$(FUZZ),$(eval $(call fuzz,$t)))

# The simulator: each service's pure core with its folder of tests/sim, as one object of which only <service>_core is seen, so that four live in one program.
SIMULATED := $(notdir $(patsubst %/,%,$(dir $(wildcard tests/sim/*/core.c))))
simulated = $(O)/sim/$1.o
define simulate
$(call simulated,$1): $(call objects,$(wildcard tests/sim/$1/*.c)) $(O)/pure/$1.a
	@mkdir -p $$(@D) && ld -r -o $$@.all $$^ && objcopy --keep-global-symbol=$1_core $$@.all $$@
endef
$(foreach s,$(SIMULATED),$(eval $(call simulate,$s)))
$(O)/sim/sim: $(call objects,$(wildcard tests/sim/*.c)) $(foreach s,$(SIMULATED),$(call simulated,$s)) $(O)/pure/common.a $(O)/lib/messages.a
	$(link) $^ $(LIBS_pure)
# The same without its main, for store tests that live a history a second time: only twin_record and twin_close are seen. common/ is the test's own.
$(O)/sim/twin.o: $(call objects,$(filter-out %/main.c,$(wildcard tests/sim/*.c))) $(foreach s,$(SIMULATED),$(call simulated,$s))
	@mkdir -p $(@D) && ld -r -o $@.all $^ && objcopy --keep-global-symbol=twin_record --keep-global-symbol=twin_close $@.all $@

C_TESTS := $(foreach l,$(LAYERS),$(call tests,$l)) $(FUZZ:%.c=$(O)/%)

export B FLAVOUR
.PHONY: sim sim-seeds mutants test-sim tests $(LAYERS:%=test-%) test-e2e test-checker test-fuzz fuzz fuzz-coverage fuzz-merge fuzz-seeds test-tsan test-runner test-build test
tests: $(C_TESTS) ## build all C tests
test: ## every layer; unit, store and fuzz under sanitizers
	+@tests/run all
test-unit: ## domain, values, tables, golden dumps: needs nothing
test-store: ## books, migrations, inbox, outbox on a private PostgreSQL
test-kafka: $(O)/bin/mockbroker $(B)/kafka/.done ## consumer and relay, on the embedded broker and on real Kafka
$(LAYERS:%=test-%): test-%: $$(call tests,$$*)
	@tests/run $* $(filter $(O)/tests/%,$^)
test-e2e: all $(B)/venv/.done $(B)/kafka/.done $(B)/gobin/.done $(B)/node/.done $(G)/python/.done $(B)/dunlin.binpb ## the whole system through its public doors
	@$(if $(wildcard tests/e2e),tests/run e2e $(ARGS))
test-checker: all $(O)/tests/faults/proxy $(B)/venv/.done $(G)/python/.done ## the checker of runs under faults: green on a good one, red on each kind of planted damage; their harness
	@tests/run checker $(ARGS)
# LD_PRELOADed into the daemons: see the file.
$(O)/tests/threads/c11_threads.so: tests/threads/c11_threads.c
	@mkdir -p $(@D) && $(CC) -std=gnu17 -D_GNU_SOURCE -shared -fPIC -O1 $(WARNINGS) $(WERRORS) -o $@ $< -lpthread
$(O)/tests/threads/race: $(O)/obj/tests/threads/race.o
	$(link) $^ -lpthread
test-tsan: all $(O)/tests/threads/c11_threads.so $(O)/tests/threads/race $(B)/venv/.done $(B)/kafka/.done $(G)/python/.done ## the daemons under load, watched by ThreadSanitizer
	@$(if $(filter tsan,$(FLAVOUR)),tests/run tsan $(ARGS),$(MAKE) --no-print-directory FLAVOUR=tsan $@)
test-fuzz: $(FUZZ:%.c=$(O)/%) ## replay the fuzzers' corpora
	@$(if $(filter fuzz,$(FLAVOUR)),tests/run fuzz $^,$(MAKE) --no-print-directory FLAVOUR=fuzz $@)
fuzz: $(FUZZ:%.c=$(O)/%) ## look for crashes, SECONDS=300 in all; finds and crashes stay in $(B)/fuzzing
	@$(if $(filter fuzz,$(FLAVOUR)),tests/fuzz/run $(or $(SECONDS),300) $^,$(MAKE) --no-print-directory FLAVOUR=fuzz $@)
fuzz-merge: $(FUZZ:%.c=$(O)/%) ## take what fuzzing found into the corpora, as few inputs as show it
	@$(if $(filter fuzz,$(FLAVOUR)),tests/fuzz/run merge $^,$(MAKE) --no-print-directory FLAVOUR=fuzz $@)
fuzz-coverage: $(FUZZ:%.c=$(O)/%) ## lines of each reader of foreign bytes that the corpora reach; at least 90 %
	@$(if $(filter fuzzcov,$(FLAVOUR)),tests/fuzz/coverage $(O)/fuzzcov $^,$(MAKE) --no-print-directory FLAVOUR=fuzzcov $@)
fuzz-seeds: $(G)/python/.done $(B)/venv/.done ## write the inputs that are made by hand (tests/fuzz/seeds)
	@PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$(G)/python $(B)/venv/bin/python tests/fuzz/seeds
FAULTS_NEED := all $(O)/tests/faults/proxy $(B)/venv/.done $(B)/kafka/.done $(G)/python/.done
.PHONY: faults faults-full
faults: $(FAULTS_NEED) ## kills, cuts, full disks and wrong clocks under load, judged by the checker: the run that fits CI (SEED=)
	@tests/faults/faults ci $(SEED)
faults-full: $(FAULTS_NEED) ## the release run: N kills of each daemon and all the rest (HOURS=, goes on where it was stopped)
	@tests/faults/faults full $(or $(N),1000) $(HOURS) $(if $(STATE),--state=$(STATE))
$(O)/tests/faults/proxy: $(O)/obj/tests/faults/proxy.o
	$(link) $^
test-runner: $(B)/venv/.done ## the runner itself: it goes red when it must
	@tests/run runner tests/runner/check
test-sim: $(O)/sim/sim ## all services' cores by fixed seeds: invariants after every step, what must be reached, what once failed
	@DUNLIN_TEST_TIMEOUT=$${DUNLIN_TEST_TIMEOUT:-900} tests/run sim tests/sim/check
sim: $(O)/sim/sim ## the simulator: SEEDS=1000, HOURS=, SEED= replays one, SHRINK= makes a failing one small (STEPS=, FILE=, TABLE=)
	@tests/sim/sim
mutants: $(O)/sim/sim $(call tests,unit) ## damages the cores one place at a time and prints who noticed (ONLY=)
	@tests/sim/mutate $(ONLY)
sim-seeds: $(O)/sim/sim ## kept histories of mutants, one by one: each holds on the sound cores and breaks on the mutant that it is named after (ONLY=, KEEP=1)
	@KEPT=1 tests/sim/mutate $(ONLY)
test-build: ## the build itself, on planted faults
	@tests/run build tests/build/check
test-containers: ## compose and Debian 13 in containers (DUNLIN_BASE_IMAGES: a command that provides the base images)
	@tests/containers/run

# ---- checks ----
C_FILES := $(shell find common services tests -name '*.[ch]' 2>/dev/null | sort)
LINTS := $(shell deploy/build/lint list)
.PHONY: lint $(LINTS:%=lint-%) format tidy
lint: $(LINTS:%=lint-%) ## format, cppcheck, shellcheck, buf, redocly, promtool, the size rule (lint-format, lint-size … for one)
$(LINTS:%=lint-%): lint-%: $(B)/venv/.done $(B)/node/.done
	@deploy/build/lint $*
format: $(B)/venv/.done ## format the C files (FILES=... for some)
	@$(B)/venv/bin/clang-format -i $(or $(FILES),$(C_FILES))
tidy: | $(GENERATED) ## clang-tidy
	@status=0; $(foreach f,$(filter common/%.c services/%.c,$(C_FILES)),clang-tidy --quiet $f -- -std=gnu17 $(CPPFLAGS_ALL) -include deploy/build/banned.h \
		$(call libs_flags,$f) $(call see,$(call owner,$f)) 2>/dev/null || status=1; ) exit $$status

# ---- tools and running ----
.PHONY: deps deps-print kafka-libs demo up down bench docs test-containers
deps: ## install from Debian what building, demo and tests need
	@deploy/deps/install
deps-print: ## only say what is missing
	@deploy/deps/install --print
kafka-libs: $(B)/kafka/.done ## Apache Kafka's jars
fetched = deploy/deps/fetch $1 $(@D) && touch $@
$(B)/venv/.done: deploy/deps/requirements.txt deploy/deps/fetch
	@$(call fetched,venv)
$(B)/node/.done: deploy/deps/package-lock.json deploy/deps/fetch
	@$(call fetched,node)
$(B)/kafka/.done: deploy/deps/kafka/pom.xml deploy/deps/fetch
	@$(call fetched,kafka)
$(B)/gobin/.done: deploy/deps/fetch
	@$(call fetched,stripe-mock)
demo: deps ## the whole story on this machine (BROKER=kafka, KEEP=1)
	@$(MAKE) --no-print-directory all $(if $(filter kafka,$(BROKER)),kafka-libs) && deploy/demo/run demo
up: deps ## start everything and print where it is
	@$(MAKE) --no-print-directory all $(if $(filter kafka,$(BROKER)),kafka-libs) && deploy/demo/run up
down: ## stop it
	@deploy/demo/run down
bench: all $(B)/venv/.done $(B)/kafka/.done $(B)/node/.done $(G)/python/.done ## the table of figures and ratios (ROWS="c e h" for some)
	@tests/bench/run
docs: $(B)/dunlin.binpb ## the contract as one descriptor set

-include $(shell find $(O)/obj -name '*.d' 2>/dev/null)

.PHONY: clean help
clean: ## remove the build folder
	rm -rf $(B)
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
