/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A protocol that a connection manager speaks, and the parameters it takes. */

#include <stdbool.h>
#include <glib.h>

enum { /* Telepathy's Conn_Mgr_Param_Flags */
       PARAM_REQUIRED = 1,
       PARAM_REGISTER = 2,
       PARAM_HAS_DEFAULT = 4,
       PARAM_SECRET = 8,
       PARAM_DBUS_PROPERTY = 16, /* of the connection, too: can be changed while it lives */
};

struct param {
	char *name;      /* raw */
	char *signature; /* D-Bus signature of its value: s, b, u, i, q, n, y, x, t, d, o, as */
	unsigned flags;
	char *fallback; /* default as text, or NULL */
};

struct protocol {
	char *manager;     /* "haze" */
	char *name;        /* "jabber" */
	char *english;     /* "XMPP": cleaned, from the manager, or made from the name */
	GPtrArray *params; /* struct param *, required ones first, then by name */
};

struct protocol *protocol_new(const char *manager, const char *name, const char *english);
void protocol_free(struct protocol *protocol);
void protocol_add_param(struct protocol *protocol, const char *name, const char *signature,
			unsigned flags, const char *fallback);
/* Puts the parameters in their order, once all are added. */
void protocol_sort_params(struct protocol *protocol);
const struct param *protocol_find_param(const struct protocol *protocol, const char *name);
/* What keeps @text from being a value of @param, "must be true or false"; NULL: nothing. New. */
char *param_check(const struct param *param, const char *text);
/* Does a parameter's name say that it holds a secret, whatever its manager says? */
bool param_is_secret_name(const char *name);
/* "yes", "off", "1" … False: it is neither. */
bool param_read_bool(const char *text, bool *value);
/* NULL when it is not among @protocols (struct protocol *). @manager NULL: the first. */
const struct protocol *protocol_find(GPtrArray *protocols, const char *manager, const char *name);
/* By what people call it: "jabber", "XMPP", "haze/jabber"; the first one is what they look for
 * first. NULL: there is none. */
const struct protocol *protocol_find_called(GPtrArray *protocols, const char *name);
