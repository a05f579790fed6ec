/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The fields of the account form, made from the parameters that a manager says its protocol
 * takes: what is required, what is secret, of which type, with which default. A field that
 * was left alone is not written to accounts.conf, so that the manager's default stays in
 * force.
 */

#include <stdbool.h>
#include <glib.h>
#include "src/session/session.h"

enum field_type {
	FIELD_TEXT,
	FIELD_NUMBER,
	FIELD_BOOL,
	FIELD_SECRET,
	FIELD_LIST, /* words, separated by ';' */
};

enum field_group { /* all but the first are folded away */
		   GROUP_COMMON,
		   GROUP_PROXY,
		   GROUP_MORE,
		   GROUPS,
};

struct field {
	char *key;   /* in accounts.conf: "nickname", "param-server"; "name" for the group */
	char *label; /* clean */
	enum field_type type;
	char signature; /* of a number */
	bool required;
	enum field_group group;
	char *value;    /* NULL: left alone */
	char *fallback; /* the default, to be shown; or NULL */
	char *before;   /* what the file says, when editing; or NULL */
	char *error;    /* what is wrong with the value; or NULL */
};

struct fields {
	char *manager, *protocol;
	struct account *account; /* being edited; or NULL: a new one */
	GPtrArray *list;         /* struct field * */
};

/* @protocol NULL: not known (no manager), then only what the file has is there. */
struct fields *fields_new(struct session *session, const struct protocol *protocol,
			  struct account *account);
void fields_free(struct fields *fields);
/* Checks and takes the value; "" takes it back to the default. False: error says why. */
bool field_set(struct field *field, const char *value);
/* What to show for the value; borrowed. */
const char *field_shown(const struct field *field);
bool field_is_on(const struct field *field);
/* Writes to accounts.conf. False: @error, or the error of a field (then @error stays NULL). */
bool fields_save(struct fields *fields, struct session *session, GError **error);
/* The first field with an error; -1 for none. */
int fields_first_error(const struct fields *fields);
