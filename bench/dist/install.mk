# What is put where by `make install`, the Debian package (`make deb`), and what is proved in other Debians. Part of
# the Makefile at the top.
#
#   make install PREFIX=/usr/local DESTDIR=
#
# A program finds its files from where it lies itself (bench/base/installed.h), so a staged or moved tree works as a
# whole. What systemd, udev and bash read lies where Debian's own look: below PREFIX for /usr and /usr/local.

PREFIX ?= /usr/local
DESTDIR ?=
BINDIR := $(PREFIX)/bin
LIBEXECDIR := $(PREFIX)/libexec/davy
SHAREDIR := $(PREFIX)/share/davy
MANDIR := $(PREFIX)/share/man
UNITDIR := $(PREFIX)/lib/systemd/system
SYSUSERSDIR := $(PREFIX)/lib/sysusers.d
UDEVDIR := $(PREFIX)/lib/udev/rules.d
COMPLETIONDIR := $(PREFIX)/share/bash-completion/completions

INSTALL_FILE := install -D -m 0644
INSTALL_PROGRAM := install -D -m 0755
UNITS := davy.service davy-push@.service
INSTALLED_LUA := $(shell find scripts fixtures -type f \( -name '*.lua' -o -name '*.csv' -o -name '*.json' \) | sort)

.PHONY: install uninstall deb test-package test-clone test-trixie test-arm64
install: programs
	$(INSTALL_PROGRAM) $(BUILD)/davy $(DESTDIR)$(BINDIR)/davy
	$(INSTALL_PROGRAM) $(BUILD)/davy-lua $(DESTDIR)$(LIBEXECDIR)/davy-lua
	$(INSTALL_PROGRAM) $(BUILD)/davy-push $(DESTDIR)$(LIBEXECDIR)/davy-push
	@for file in $(INSTALLED_LUA); do \
		$(INSTALL_FILE) "$$file" "$(DESTDIR)$(SHAREDIR)/$$file" || exit 1; \
	done
	@for file in davy.sql README.md; do \
		$(INSTALL_FILE) bench/dist/postgresql/$$file $(DESTDIR)$(SHAREDIR)/postgresql/$$file || exit 1; \
	done
	@for file in reports/README.md reports/*.html reports/*.py; do \
		$(INSTALL_FILE) "$$file" "$(DESTDIR)$(SHAREDIR)/$$file" || exit 1; \
	done
	@for page in bench/dist/man/*.[15]; do \
		$(INSTALL_FILE) "$$page" "$(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}" || exit 1; \
	done
	$(INSTALL_FILE) bench/dist/system/davy.bash $(DESTDIR)$(COMPLETIONDIR)/davy
	$(INSTALL_FILE) bench/dist/system/davy.sysusers $(DESTDIR)$(SYSUSERSDIR)/davy.conf
	$(INSTALL_FILE) bench/dist/system/60-davy.rules $(DESTDIR)$(UDEVDIR)/60-davy.rules
	@mkdir -p $(DESTDIR)$(UNITDIR)
	@for unit in $(UNITS); do \
		sed 's,@BINDIR@,$(BINDIR),' bench/dist/system/$$unit > $(DESTDIR)$(UNITDIR)/$$unit && \
		chmod 0644 $(DESTDIR)$(UNITDIR)/$$unit || exit 1; \
	done

# What the service has written stays.
uninstall:
	rm -f $(DESTDIR)$(BINDIR)/davy $(DESTDIR)$(COMPLETIONDIR)/davy $(DESTDIR)$(SYSUSERSDIR)/davy.conf \
		$(DESTDIR)$(UDEVDIR)/60-davy.rules $(addprefix $(DESTDIR)$(UNITDIR)/,$(UNITS)) \
		$(foreach page,$(notdir $(wildcard bench/dist/man/*.[15])),$(DESTDIR)$(MANDIR)/man$(patsubst .%,%,$(suffix $(page)))/$(page))
	rm -rf $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(SHAREDIR)

# Everything is compiled once more, with Debian's own flags, below build/deb.
deb:
	@sh bench/dist/setup.sh build package
	@VERSION=$(VERSION) bash bench/dist/deb.sh

# What is proved in other Debians (tests/roots): the package's life and the README's own commands in fresh roots of
# Debian 12 and 13, or of those named in RELEASES; and everything that `make test` does in Debian 13, here and on arm64.
test-package:
	@bash tests/roots/package.sh $(RELEASES)
test-clone:
	@bash tests/roots/clone.sh $(RELEASES)
test-trixie:
	@bash tests/roots/suite.sh trixie
test-arm64:
	@bash tests/roots/arm64.sh
