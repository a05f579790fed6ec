/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What people tell about themselves: a card, a list of fields as of a vCard (spec: ContactInfo).
 * Names, parameters ("type=home") and values are kept as they came, for the way back; what is
 * shown of them is cleaned and bounded by the functions that print it.
 */

#include <stdbool.h>
#include <glib.h>
#include "presence.h"

struct account;

#define CARD_FIELDS_MAX 500
#define CARD_SPECS_MAX  200

struct card_field {
	char *name; /* "fn", "tel", "x-irc-server" */
	char **params;
	char **values; /* of a name or an address several, else one */
};

/* A kind of field that our own card may have. */
struct card_spec {
	char *name;
	char **params; /* those that are allowed; that are given, when exact */
	bool exact;
	bool by_nick; /* overwritten when the own name is set */
	unsigned max; /* fields of it; G_MAXUINT: any number */
};

/* Arrays are copied. */
struct card_field *card_field_new(const char *name, const char *const *params,
				  const char *const *values);
void card_field_free(void *field);
GPtrArray *card_new(void); /* of struct card_field *, which it owns */
GPtrArray *card_copy(const GPtrArray *card);
void card_spec_free(void *spec);

/* "tel (home)": what to call it; new. */
char *card_print_label(const char *name, const char *const *params);
/* Its values for reading, cleaned, in one line; new. */
char *card_print_value(const struct card_field *field);
/* Its values for editing: ';' between several, \\ before a ';' that is in one; new. */
char *card_edit_value(const struct card_field *field);
/* The way back: new array of values, g_strfreev(). */
char **card_parse_value(const char *name, const char *text);
/* Has @field the name and parameters of "tel;type=home"? Case does not count. */
bool card_field_is(const struct card_field *field, const char *name);
/* The spec that a field "tel;type=home" would be of; NULL: none. */
const struct card_spec *card_find_spec(const GPtrArray *specs, const char *name);

/* --- who somebody is ---------------------------------------------------------------------- */

struct whois {
	char *id; /* raw */
	char *shown_id, *alias;
	bool is_self;
	bool has_presence;
	enum presence presence;
	char *status, *message;
	char **clients;      /* kinds of devices, "phone"; cleaned; NULL: not told */
	GPtrArray *location; /* char *: "city: Berlin"; cleaned; NULL: not told */
	bool tells_picture, has_picture;
	GPtrArray *card; /* NULL: there is none */
	char *no_card;   /* …because of this; NULL: the network has no cards */
};

struct whois *whois_new(const char *id);
void whois_free(struct whois *whois);
