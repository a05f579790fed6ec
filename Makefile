# SPDX-License-Identifier: GPL-3.0-or-later
#
# pheme: one makefile, not recursive. Everything built goes to $(BUILD).
#
#   make run      install what is missing, build, start pheme
#   make check    install what is missing, build, run every test
#   make help     the other targets

BUILD   ?= build
PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share
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
PKG_TEST   := cmocka vterm gio-2.0
PKG_FIXTURE := telepathy-glib

# pkg-config is asked once, and only by targets that build something.
pkg-cflags = $(shell pkg-config --cflags $(1))
pkg-libs   = $(shell pkg-config --libs $(1))
ifeq ($(filter deps clean help format dist,$(MAKECMDGOALS)),)
CORE_CFLAGS   := $(call pkg-cflags,$(PKG_CORE))
CORE_LIBS     := $(call pkg-libs,$(PKG_CORE))
SCREEN_CFLAGS := $(call pkg-cflags,$(PKG_SCREEN))
SCREEN_LIBS   := $(call pkg-libs,$(PKG_SCREEN))
TEST_LIBS     := $(call pkg-libs,$(PKG_TEST)) -lutil
FIXTURE_CFLAGS := $(call pkg-cflags,$(PKG_FIXTURE)) -DGLIB_VERSION_MIN_REQUIRED=GLIB_VERSION_2_30
FIXTURE_LIBS  := $(call pkg-libs,$(PKG_FIXTURE))
endif

CPPFLAGS_ALL = -Isrc -I. -I$(BUILD)/gen -D_GNU_SOURCE -DG_LOG_DOMAIN='"pheme"' \
	       -DPHEME_VERSION='"$(VERSION)"' -DPHEME_DATADIR='"$(DATADIR)/pheme"' $(CPPFLAGS)
CFLAGS_ALL   = -std=c11 $(WARN) $(OPT) $(HARDEN) $(SANITIZE) $(CORE_CFLAGS) $(CFLAGS)
LDFLAGS_ALL  = -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SANITIZE) $(LDFLAGS)

CORE_SRC   := $(filter-out src/local/%,$(wildcard src/*/*.c))
UI_SRC     := $(wildcard ui/*.c)
TESTLIB_SRC := $(wildcard tests/lib/*.c)
FIXTURE_SRC := $(wildcard tests/fixture/*.c)
UNIT_SRC   := $(wildcard tests/unit/test_*.c)
SCREEN_SRC := $(wildcard tests/screen/test_*.c)
INTEG_SRC  := $(wildcard tests/integration/test_*.c)
FUZZ_SRC   := $(wildcard tests/fuzz/fuzz_*.c)

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
UNIT_BIN   := $(patsubst %.c,$(BUILD)/%,$(UNIT_SRC))
SCREEN_BIN := $(patsubst %.c,$(BUILD)/%,$(SCREEN_SRC))
INTEG_BIN  := $(patsubst %.c,$(BUILD)/%,$(INTEG_SRC))
FUZZ_BIN   := $(patsubst %.c,$(BUILD)/%,$(FUZZ_SRC))
FIXTURE_BIN := $(if $(FIXTURE_SRC),$(BUILD)/tests/fixture-cm)

.PHONY: all run check check-unit check-screen check-integration install uninstall dist clean deps \
	asan coverage bench fuzz format lint help tests
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BUILD)/pheme

help:
	@sed -n 's/^#   make/make/p' Makefile
	@echo "all install uninstall dist clean deps asan coverage bench fuzz format lint"

# --- the program -------------------------------------------------------------------------

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(EXTRA_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/ui/%.o: EXTRA_CFLAGS = $(SCREEN_CFLAGS)
$(BUILD)/obj/tests/fixture/%.o: EXTRA_CFLAGS = $(FIXTURE_CFLAGS)

$(BUILD)/libpheme.a: $(call obj,$(CORE_SRC))
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/libui.a: $(call obj,$(UI_SRC))
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/pheme: $(call obj,src/main.c) $(BUILD)/libui.a $(BUILD)/libpheme.a
	$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(SCREEN_LIBS) $(CORE_LIBS)

# --- tests -------------------------------------------------------------------------------

$(BUILD)/libtest.a: $(call obj,$(TESTLIB_SRC))
	@rm -f $@
	$(AR) rcs $@ $^

# The core has no screen: unit tests of it link neither ncurses nor readline.
$(BUILD)/tests/unit/%: $(BUILD)/obj/tests/unit/%.o $(BUILD)/libtest.a $(BUILD)/libpheme.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)

# Unit tests of the front end: tests/unit/test_ui_*.c.
$(BUILD)/tests/unit/test_ui_%: $(BUILD)/obj/tests/unit/test_ui_%.o $(BUILD)/libtest.a \
		$(BUILD)/libui.a $(BUILD)/libpheme.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(SCREEN_LIBS) $(CORE_LIBS)

$(BUILD)/tests/screen/%: $(BUILD)/obj/tests/screen/%.o $(BUILD)/libtest.a $(BUILD)/libpheme.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)

$(BUILD)/tests/integration/%: $(BUILD)/obj/tests/integration/%.o $(BUILD)/libtest.a $(BUILD)/libpheme.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS)

$(BUILD)/tests/fixture-cm: $(call obj,$(FIXTURE_SRC))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(FIXTURE_LIBS) $(CORE_LIBS)

tests: $(BUILD)/pheme $(UNIT_BIN) $(SCREEN_BIN) $(INTEG_BIN) $(FIXTURE_BIN)

-include $(shell test -d $(BUILD)/obj && find $(BUILD)/obj -name '*.d')
