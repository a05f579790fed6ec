# SPDX-License-Identifier: GPL-3.0-or-later
#
# pheme: one makefile, not recursive. Everything built goes to $(BUILD).
#
#   make run      install what is missing, build, start pheme in a demo world (ARGS=--demo)
#   make check    install what is missing, build, run every test
#   make help     the other targets

# V=1 shows the commands.
Q = $(if $(V),,@echo "  $(if $(filter %.o,$@),CC,LD) $@";)

BUILD   ?= build
PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share
LIBEXECDIR ?= $(PREFIX)/libexec
MANDIR  ?= $(DATADIR)/man
VERSION := 0.1.0

CC      ?= cc
OPT     ?= -O2 -g
WARN    := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	   -Wpointer-arith -Wvla -Wformat=2 -Wno-unused-parameter -Wno-missing-field-initializers
HARDEN  ?= -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
SANITIZE ?=

PKG_CORE   := glib-2.0 dbus-1 sqlite3
PKG_SCREEN := ncursesw readline
PKG_TEST   := cmocka vterm gio-2.0 jansson
PKG_FIXTURE := telepathy-glib dbus-glib-1 gio-2.0

# pkg-config is asked once, and only by targets that build something.
pkg-cflags = $(shell pkg-config --cflags $(1))
pkg-libs   = $(shell pkg-config --libs $(1))
ifneq ($(filter-out deps% clean help format dist run check lint layers asan clang coverage,\
	$(or $(MAKECMDGOALS),all)),)
CORE_CFLAGS   := $(call pkg-cflags,$(PKG_CORE))
CORE_LIBS     := $(call pkg-libs,$(PKG_CORE))
SCREEN_CFLAGS := $(call pkg-cflags,$(PKG_SCREEN))
SCREEN_LIBS   := $(call pkg-libs,$(PKG_SCREEN))
TEST_LIBS     := $(call pkg-libs,$(PKG_TEST)) -lutil
FIXTURE_CFLAGS := $(call pkg-cflags,$(PKG_FIXTURE)) -DGLIB_VERSION_MIN_REQUIRED=GLIB_VERSION_2_30
FIXTURE_LIBS  := $(call pkg-libs,$(PKG_FIXTURE))
endif

CPPFLAGS_ALL = -Isrc -I. -I$(BUILD)/gen -D_GNU_SOURCE -DG_LOG_DOMAIN='"pheme"' \
	       -DPHEME_VERSION='"$(VERSION)"' -DPHEME_DATADIR='"$(DATADIR)/pheme"' \
	       -DPHEME_LIBEXECDIR='"$(LIBEXECDIR)"' $(CPPFLAGS)
CFLAGS_ALL   = -std=c11 $(WARN) $(OPT) $(HARDEN) $(SANITIZE) $(CORE_CFLAGS) $(CFLAGS)
LDFLAGS_ALL  = -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SANITIZE) $(LDFLAGS)

CORE_SRC   := $(filter-out src/local/%,$(wildcard src/*/*.c))
UI_SRC     := $(wildcard ui/*.c)
LOCAL_SRC  := $(wildcard src/local/*.c)
# The part of telepathy-local that knows nothing of Telepathy, for tests of it alone.
LOCAL_LINK_SRC := $(patsubst %,src/local/%.c,who frame link place mesh relay hub hub_driver)
TESTLIB_SRC := $(wildcard tests/lib/*.c)
FIXTURE_SRC := $(wildcard tests/fixture/*.c)
STAGE_SRC  := $(wildcard tests/stage/*.c)
UNIT_SRC   := $(wildcard tests/unit/test_*.c)
SCREEN_SRC := $(wildcard tests/screen/test_*.c)
INTEG_SRC  := $(wildcard tests/integration/test_*.c)
# What takes too long for each day: make check-slow.
SLOW_SRC   := $(wildcard tests/integration/test_slow_*.c)
FUZZ_SRC   := $(wildcard tests/fuzz/fuzz_*.c)
BENCH_SRC  := $(filter-out $(patsubst %,tests/bench/%.c,bare raw relay listen history),$(wildcard tests/bench/*.c))

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
UNIT_BIN   := $(patsubst %.c,$(BUILD)/%,$(UNIT_SRC))
SCREEN_BIN := $(patsubst %.c,$(BUILD)/%,$(SCREEN_SRC))
INTEG_BIN  := $(patsubst %.c,$(BUILD)/%,$(filter-out $(SLOW_SRC),$(INTEG_SRC)))
SLOW_BIN   := $(patsubst %.c,$(BUILD)/%,$(SLOW_SRC))
FUZZ_BIN   := $(patsubst %.c,$(BUILD)/%,$(FUZZ_SRC))
FIXTURE_BIN := $(if $(FIXTURE_SRC),$(BUILD)/tests/fixture-cm)
STAGE_BIN   := $(if $(STAGE_SRC),$(BUILD)/tests/stage)
# In place of libsecret, which needs a service on the user's own bus.
SECRETS_LIB := $(BUILD)/tests/secrets/libsecret-1.so.0
# A client on telepathy-glib's client side, for tests of telepathy-local.
PEER_BIN   := $(BUILD)/tests/local-peer
# Without telepathy-glib all else is built, and a line says what is missing.
LOCAL_BIN  := $(BUILD)/telepathy-local

TARGETS := all man tests check check-unit check-screen check-integration check-slow run \
	install install-local uninstall dist clean deps deps-run deps-bench \
	layers format lint lint-cppcheck lint-tidy asan asan-unit clang valgrind coverage fuzz \
	bench bench-local bench-tubes bench-watch bench-flags help
.PHONY: $(TARGETS) unit-tests fuzz-programs
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BUILD)/pheme $(LOCAL_BIN)

help:
	@sed -n 's/^#   make/make/p' Makefile
	@echo "all of them:"
	@echo "$(TARGETS)" | fold -s -w 76 | sed "s/^/      /"

# A world to try it in; `make run ARGS=` starts pheme as it is used every day.
ARGS ?= --demo
run: deps-run
	@$(MAKE) --no-print-directory all
	@$(BUILD)/pheme $(ARGS)

# --- what it needs -------------------------------------------------------------------------

# Debian's names. Checked at each `make run` and `make check`: with all there that costs one
# dpkg-query and nothing is asked of the network.
DEPS_RUN  := gcc libc6-dev pkg-config libdbus-1-dev libglib2.0-dev libncurses-dev libreadline-dev \
	     libsqlite3-dev libtelepathy-glib-dev libdbus-glib-1-dev dbus dbus-daemon \
	     telepathy-haze telepathy-idle
DEPS_TEST := libcmocka-dev libvterm-dev libjansson-dev prosody ngircd zsh fish \
	     openssh-client openssh-server curl busybox git rsync \
	     valgrind clang clang-format clang-tidy cppcheck libclang-rt-dev man-db procps psmisc
DEPS_BENCH := socat mcabber profanity irssi weechat-curses finch

deps-run: PACKAGES = $(DEPS_RUN)
deps: PACKAGES = $(DEPS_RUN) $(DEPS_TEST)
deps-bench: PACKAGES = $(DEPS_BENCH)
deps deps-run deps-bench:
	@tests/deps $(PACKAGES)

# --- the program -------------------------------------------------------------------------

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(EXTRA_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/ui/%.o: EXTRA_CFLAGS = $(SCREEN_CFLAGS)
$(BUILD)/obj/tests/fixture/%.o: EXTRA_CFLAGS = $(FIXTURE_CFLAGS)
$(BUILD)/obj/tests/peer/%.o: EXTRA_CFLAGS = $(FIXTURE_CFLAGS)
$(BUILD)/obj/src/local/%.o: EXTRA_CFLAGS = $(FIXTURE_CFLAGS) -UG_LOG_DOMAIN \
	-DG_LOG_DOMAIN='"telepathy-local"'

$(BUILD)/libpheme.a: $(call obj,$(CORE_SRC))
	@rm -f $@
	$(Q)$(AR) qcs $@ $^

$(BUILD)/libui.a: $(call obj,$(UI_SRC))
	@rm -f $@
	$(Q)$(AR) qcs $@ $^

$(BUILD)/pheme: $(call obj,src/main.c) $(BUILD)/libui.a $(BUILD)/libpheme.a
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(SCREEN_LIBS) $(CORE_LIBS)

# The lists in the man page are made from the tables of the program.
man: $(BUILD)/pheme.1

$(BUILD)/mangen: $(call obj,man/mangen.c) $(BUILD)/libui.a $(BUILD)/libpheme.a
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(CORE_LIBS)

$(BUILD)/pheme.1: man/pheme.1.in $(BUILD)/mangen
	$(BUILD)/mangen $< >$@

$(LOCAL_BIN): $(if $(FIXTURE_LIBS),$(call obj,$(LOCAL_SRC)))
	@mkdir -p $(@D)
	$(if $(FIXTURE_LIBS),$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(FIXTURE_LIBS),\
		@echo "  telepathy-local is not built: it needs telepathy-glib (libtelepathy-glib-dev)")

# --- tests -------------------------------------------------------------------------------

$(BUILD)/libtest.a: $(call obj,$(TESTLIB_SRC))
	@rm -f $@
	$(Q)$(AR) qcs $@ $^

# The core has no screen: unit tests of it link neither ncurses nor readline.
$(BUILD)/tests/unit/%: $(BUILD)/obj/tests/unit/%.o $(BUILD)/libtest.a $(BUILD)/libpheme.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)

# The session is tested over a fake src/tp, which must come before the archive with the real one.
SESSION_TEST_OBJ := $(call obj,tests/unit/session_test.c $(wildcard tests/unit/fake_tp*.c))
# Named, so that make takes the rules below for those that need them, also when one is new.
$(SESSION_TEST_OBJ): tests/unit/fake_tp.h

$(BUILD)/tests/unit/test_session_%: $(BUILD)/obj/tests/unit/test_session_%.o $(SESSION_TEST_OBJ) \
		$(BUILD)/libtest.a $(BUILD)/libpheme.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)

# Unit tests of the front end: tests/unit/test_ui_*.c.
$(BUILD)/tests/unit/test_ui_%: $(BUILD)/obj/tests/unit/test_ui_%.o $(BUILD)/libtest.a \
		$(BUILD)/libui.a $(BUILD)/libpheme.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(SCREEN_LIBS) $(CORE_LIBS)

$(BUILD)/tests/unit/test_local_%: $(BUILD)/obj/tests/unit/test_local_%.o $(BUILD)/libtest.a \
		$(call obj,$(LOCAL_LINK_SRC))
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)

# Commands and the front end without a screen are tested on a session without a bus. It defines
# all of session.h, so nothing of the real one is taken from the library.
FAKE_OBJ := $(call obj,$(wildcard tests/unit/fake_session*.c))
# Named, as above.
$(FAKE_OBJ): tests/unit/fake_session.h

$(BUILD)/tests/unit/test_cmd_%: $(BUILD)/obj/tests/unit/test_cmd_%.o $(FAKE_OBJ) \
		$(BUILD)/libtest.a $(BUILD)/libpheme.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)

$(BUILD)/tests/unit/test_cli_%: $(BUILD)/obj/tests/unit/test_cli_%.o $(FAKE_OBJ) \
		$(BUILD)/libtest.a $(BUILD)/libpheme.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)

$(BUILD)/tests/screen/%: $(BUILD)/obj/tests/screen/%.o $(BUILD)/libtest.a $(BUILD)/libpheme.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)

# Some of these speak as a peer themselves, and not nicely.
$(BUILD)/tests/integration/test_local_%: $(BUILD)/obj/tests/integration/test_local_%.o \
		$(BUILD)/libtest.a $(call obj,$(LOCAL_LINK_SRC))
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)

$(BUILD)/tests/integration/%: $(BUILD)/obj/tests/integration/%.o $(BUILD)/libtest.a $(BUILD)/libpheme.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)

$(BUILD)/tests/fixture-cm: $(call obj,$(FIXTURE_SRC))
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(FIXTURE_LIBS) $(CORE_LIBS)

# The screen on a session that is only played: for the screen tests.
$(BUILD)/tests/stage: $(call obj,$(STAGE_SRC)) $(BUILD)/libui.a $(BUILD)/libpheme.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(SCREEN_LIBS) $(CORE_LIBS)

# --- benchmarks --------------------------------------------------------------------------

$(BUILD)/tests/bench/bench: $(call obj,$(BENCH_SRC)) $(BUILD)/libtest.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)

# All of pheme's libraries, used or not.
$(BUILD)/tests/bench/bare: $(call obj,tests/bench/bare.c)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -Wl,--no-as-needed -o $@ $^ $(SCREEN_LIBS) $(CORE_LIBS)

# The XMPP work without a client.
$(BUILD)/tests/bench/raw: $(call obj,tests/bench/raw.c)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^

$(BUILD)/tests/bench/relay: $(call obj,tests/bench/relay.c) $(BUILD)/libpheme.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(CORE_LIBS)

# What --watch is compared with.
LISTEN_BIN := $(BUILD)/tests/bench/listen
$(LISTEN_BIN): $(call obj,tests/bench/listen.c)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(CORE_LIBS)

$(BUILD)/tests/bench/history: $(call obj,tests/bench/history.c) $(BUILD)/libpheme.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(CORE_LIBS)

# For tests/run, which runs programs without arguments.
$(BUILD)/tests/bench/smoke: $(BUILD)/tests/bench/bench
	@printf '#!/bin/sh\nexec "$${0%%/*}/bench" --smoke\n' >$@
	@chmod +x $@

BENCH_SMOKE := $(if $(BENCH_SRC),$(BUILD)/tests/bench/smoke)
BENCH_BIN := $(patsubst %,$(BUILD)/tests/bench/%,bench bare raw relay history)

# pheme beside the clients that are installed (deps-bench installs them); forty minutes, with
# BENCH_REPEATS=1 a third of that; Ctrl-C prints what there is.
# BENCH_ARGS="--only pheme/haze,irssi --stage chat" takes a part. What has limits of its own comes
# last and keeps nothing from being measured.
bench: $(BUILD)/pheme $(BENCH_BIN) $(FIXTURE_BIN)
	@$(BUILD)/tests/bench/bench $(BENCH_ARGS)
	@$(BUILD)/tests/bench/relay
	@$(BUILD)/tests/bench/history
	-@$(MAKE) --no-print-directory --keep-going bench-local bench-watch bench-flags bench-tubes

# What a tube at full speed costs whoever types beside it.
bench-tubes: all $(BUILD)/tests/integration/test_tubes_numbers
	@TUBES_NUMBERS=strict $(BUILD)/tests/integration/test_tubes_numbers

# What --watch costs, against libdbus alone.
bench-watch: $(BUILD)/pheme $(LISTEN_BIN) $(FIXTURE_BIN) \
		$(BUILD)/tests/integration/test_watch_numbers
	@WATCH_NUMBERS=strict $(BUILD)/tests/integration/test_watch_numbers

# What one flag costs.
bench-flags: $(BUILD)/pheme $(FIXTURE_BIN) $(BUILD)/tests/integration/test_flags_numbers
	@FLAGS_NUMBERS=strict $(BUILD)/tests/integration/test_flags_numbers

# What telepathy-local costs, against what it may cost.
bench-local: $(LOCAL_BIN) $(BUILD)/tests/integration/test_local_numbers
	@LOCAL_NUMBERS=strict $(BUILD)/tests/integration/test_local_numbers

$(PEER_BIN): $(call obj,tests/peer/main.c)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(FIXTURE_LIBS)

$(SECRETS_LIB): tests/secrets/libsecret.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(FIXTURE_CFLAGS) -fPIC -shared -Wl,-soname,$(@F) -o $@ $< \
		$(FIXTURE_LIBS)

tests: all man $(UNIT_BIN) $(SCREEN_BIN) $(INTEG_BIN) $(SLOW_BIN) $(FIXTURE_BIN) $(PEER_BIN) $(STAGE_BIN) \
	$(BENCH_SMOKE) $(LISTEN_BIN) $(SECRETS_LIB)

unit-tests: $(UNIT_BIN)

# tests/run sums what the runners report; each target ends in "N passed, N failed, N skipped".
# deps runs first and by itself, also under -j.
check: deps layers
	@$(MAKE) --no-print-directory tests
	tests/run $(UNIT_BIN) $(SCREEN_BIN) $(INTEG_BIN) $(BENCH_SMOKE)

check-unit: $(UNIT_BIN)
	tests/run $(UNIT_BIN)

check-screen: $(BUILD)/pheme $(SCREEN_BIN) $(FIXTURE_BIN) $(STAGE_BIN)
	tests/run $(SCREEN_BIN)

check-integration: all man $(INTEG_BIN) $(FIXTURE_BIN) $(PEER_BIN) $(LISTEN_BIN) $(SECRETS_LIB)
	tests/run $(INTEG_BIN)

# PHEME_IDLE_SECONDS shortens the hour that a tube is left alone.
check-slow: all $(SLOW_BIN)
	TEST_SECONDS=5400 tests/run $(SLOW_BIN)

# Everything again with the sanitizers, in a directory of its own. GLib keeps some memory for
# the life of a process: leaks are valgrind's business.
ASAN_BUILD := $(BUILD)/asan
ASAN_FLAGS := BUILD=$(ASAN_BUILD) OPT="-O1 -g -fno-omit-frame-pointer" HARDEN=-fPIE \
	SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=undefined"
ASAN_RUN := PHEME_TEST_SLOW=3 ASAN_OPTIONS=detect_leaks=0:abort_on_error=1 \
	UBSAN_OPTIONS=print_stacktrace=1 tests/run
asan:
	$(MAKE) --no-print-directory $(ASAN_FLAGS) tests
	$(ASAN_RUN) $(patsubst $(BUILD)/%,$(ASAN_BUILD)/%,$(UNIT_BIN) $(SCREEN_BIN) $(INTEG_BIN))

asan-unit:
	$(MAKE) --no-print-directory $(ASAN_FLAGS) unit-tests
	$(ASAN_RUN) $(patsubst $(BUILD)/%,$(ASAN_BUILD)/%,$(UNIT_BIN))

valgrind: $(UNIT_BIN)
	PHEME_TEST_SLOW=10 TEST_SECONDS=900 TEST_WRAPPER="valgrind -q --error-exitcode=99 \
		--leak-check=full --errors-for-leak-kinds=definite --child-silent-after-fork=yes \
		--suppressions=tests/valgrind.supp" tests/run $(UNIT_BIN)

# Lines of each file of the program that no test ran, worst last.
COV_BUILD := $(BUILD)/coverage
coverage:
	@find $(COV_BUILD) -name '*.gcda' -delete 2>/dev/null || true
	$(MAKE) --no-print-directory BUILD=$(COV_BUILD) OPT="-O0 -g" HARDEN=-fPIE \
		SANITIZE="--coverage" tests
	-tests/run $(patsubst $(BUILD)/%,$(COV_BUILD)/%,$(UNIT_BIN) $(SCREEN_BIN) $(INTEG_BIN))
	tests/coverage $(COV_BUILD)

# Made by clang, with the core compiled so that the fuzzer sees inside, in a directory of its own.
FUZZ_SECONDS ?= 20
FUZZ_BUILD   := $(BUILD)/fuzz
FUZZ_FLAGS   := CC=clang BUILD=$(FUZZ_BUILD) OPT="-O1 -g -fno-omit-frame-pointer" HARDEN=-fPIE \
	SANITIZE="-fsanitize=fuzzer-no-link,address,undefined"
fuzz:
	@test -n "$(FUZZ_BIN)" || { echo "no fuzz targets"; exit 1; }
	@$(MAKE) --no-print-directory $(FUZZ_FLAGS) fuzz-programs
	@for t in $(patsubst $(BUILD)/%,$(FUZZ_BUILD)/%,$(FUZZ_BIN)); do \
		mkdir -p $$t.corpus && \
		echo "$$t" && ASAN_OPTIONS=detect_leaks=0 $$t -max_total_time=$(FUZZ_SECONDS) \
			-print_final_stats=1 -artifact_prefix=$$t- -verbosity=0 \
			$$t.corpus $$(ls -d tests/fuzz/corpus/$$(basename $$t) 2>/dev/null) || exit 1; \
	done

fuzz-programs: $(FUZZ_BIN)

$(BUILD)/tests/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/libpheme.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)

$(BUILD)/tests/fuzz/fuzz_local_%: $(BUILD)/obj/tests/fuzz/fuzz_local_%.o $(call obj,$(LOCAL_LINK_SRC))
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $^ $(CORE_LIBS)

# --- how it is written ----------------------------------------------------------------------

C_FILES = $(shell git ls-files '*.c' '*.h' 2>/dev/null || find src ui tests -name '*.[ch]')

format:
	@clang-format -i $(C_FILES)

# Who may include whom (src/*/, ui/): see the head of the script.
layers:
	@tests/layers

lint: deps layers
	@clang-format --dry-run -Werror $(C_FILES)
	@$(MAKE) --no-print-directory lint-cppcheck lint-tidy

lint-cppcheck:
	cppcheck -q -j2 --error-exitcode=1 --inline-suppr --std=c11 --enable=warning,portability \
		--library=gtk --suppressions-list=tests/cppcheck.supp \
		'-DG_DEFINE_EXTENDED_ERROR(a,b)=' '-DG_DEFINE_QUARK(a,b)=' -Isrc -I. -D_GNU_SOURCE src ui

lint-tidy:
	@mkdir -p $(BUILD)/tidy
	@printf '%s\n' -I$(CURDIR) -I$(CURDIR)/src $(CPPFLAGS_ALL) -std=c11 $(CORE_CFLAGS) $(SCREEN_CFLAGS) \
		>$(BUILD)/tidy/compile_flags.txt
	@printf '%s\n' $(CORE_SRC) $(UI_SRC) src/main.c | xargs -P2 -n4 tests/tidy $(BUILD)/tidy

# The other compiler, which sees other mistakes.
clang:
	$(MAKE) --no-print-directory CC=clang BUILD=$(BUILD)/clang tests

# --- putting it somewhere ---------------------------------------------------------------------

SERVICE := org.freedesktop.Telepathy.ConnectionManager.local.service

# The manager's own files: how the bus starts it, and what clients read instead of asking it.
$(BUILD)/$(SERVICE): Makefile
	@printf '[D-BUS Service]\nName=$(SERVICE:.service=)\nExec=$(LIBEXECDIR)/telepathy-local\n' >$@

$(BUILD)/local.manager: $(LOCAL_BIN)
	@test ! -e $(LOCAL_BIN) || $(LOCAL_BIN) --manager >$@

install-local: $(LOCAL_BIN) $(BUILD)/$(SERVICE) $(BUILD)/local.manager
	test ! -e $(LOCAL_BIN) || { \
		install -D -m 755 $(LOCAL_BIN) $(DESTDIR)$(LIBEXECDIR)/telepathy-local && \
		install -D -m 644 $(BUILD)/$(SERVICE) $(DESTDIR)$(DATADIR)/dbus-1/services/$(SERVICE) && \
		install -D -m 644 $(BUILD)/local.manager \
			$(DESTDIR)$(DATADIR)/telepathy/managers/local.manager && \
		install -D -m 644 man/telepathy-local.8 $(DESTDIR)$(MANDIR)/man8/telepathy-local.8; }

install: all man install-local
	install -D -m 755 $(BUILD)/pheme $(DESTDIR)$(BINDIR)/pheme
	install -D -m 644 $(BUILD)/pheme.1 $(DESTDIR)$(MANDIR)/man1/pheme.1
	for theme in themes/*.theme; do \
		install -D -m 644 $$theme $(DESTDIR)$(DATADIR)/pheme/themes/$${theme##*/} || exit 1; \
	done

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/pheme $(DESTDIR)$(MANDIR)/man1/pheme.1 \
		$(DESTDIR)$(LIBEXECDIR)/telepathy-local $(DESTDIR)$(DATADIR)/dbus-1/services/$(SERVICE) \
		$(DESTDIR)$(DATADIR)/telepathy/managers/local.manager \
		$(DESTDIR)$(MANDIR)/man8/telepathy-local.8
	rm -rf $(DESTDIR)$(DATADIR)/pheme

dist:
	git archive --prefix=pheme-$(VERSION)/ -o pheme-$(VERSION).tar.gz HEAD

clean:
	rm -rf $(BUILD)

-include $(shell test -d $(BUILD)/obj && find $(BUILD)/obj -name '*.d')
