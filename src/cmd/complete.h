/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Completion, private to src/cmd: complete.c finds out which argument the cursor is in,
 * candidates.c knows what could stand there. */

#include "cmd.h"

struct completion {
	struct front *front;
	struct model *model;
	struct chat *chat;            /* the current one, or NULL */
	struct account *account;      /* of -a, or NULL */
	char *args[COMMAND_ARGS_MAX]; /* those before the cursor */
	unsigned count;
	char *prefix;  /* what was typed of the word, unquoted */
	char *folded;  /* prefix, casefolded */
	bool anywhere; /* what was typed may stand anywhere in it */
	bool quote;    /* a word of its own: quoted where need be */
	const char *suffix;
	GPtrArray *found; /* char * */
};

/* Does @text begin with what was typed, or contain it? Case does not count. */
bool completion_matches(const struct completion *completion, const char *text);
/* Adds @text when it begins with what was typed, and when it is fit to be shown. */
void completion_offer(struct completion *completion, const char *text);
/* Adds it however it begins. */
void completion_add(struct completion *completion, const char *text);
/* Is it the one that -a told, or told it none? */
bool completion_has_account(const struct completion *completion, const struct account *account);
/* candidates_people.c: some of the kinds. */
void completion_offer_blocked(struct completion *completion);
void completion_offer_card(struct completion *completion);
void completion_offer_chatting(struct completion *completion);
void completion_offer_contacts(struct completion *completion);
void completion_offer_fields(struct completion *completion);
void completion_offer_groups(struct completion *completion);
void completion_offer_own_groups(struct completion *completion);
/* Everything of a kind, "contact"; unknown kinds have nothing. */
void completion_offer_kind(struct completion *completion, const char *kind);
