/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protocol.h"

#include <string.h>

#include "text.h"

static const struct {
	const char *name, *english;
} known_names[] = {
	{"jabber", "XMPP"},
	{"irc", "IRC"},
	{"local", "People on this machine"},
	{"local-xmpp", "Link-local XMPP"},
	{"sip", "SIP"},
	{"tel", "Telephony"},
	{"sametime", "Sametime"},
	{"gadugadu", "Gadu-Gadu"},
	{"groupwise", "GroupWise"},
	{"silc", "SILC"},
	{"zephyr", "Zephyr"},
};

static void param_free(void *data)
{
	struct param *param = data;

	g_free(param->name);
	g_free(param->signature);
	g_free(param->fallback);
	g_free(param);
}

static char *english_name(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(known_names); i++)
		if (!strcmp(known_names[i].name, name))
			return g_strdup(known_names[i].english);
	return text_clean(name, -1, TEXT_LINE);
}

struct protocol *protocol_new(const char *manager, const char *name, const char *english)
{
	struct protocol *protocol = g_new0(struct protocol, 1);

	protocol->manager = g_strdup(manager);
	protocol->name = g_strdup(name);
	if (english && *english)
		protocol->english = text_clean(english, -1, TEXT_LINE);
	else
		protocol->english = english_name(name);
	protocol->params = g_ptr_array_new_with_free_func(param_free);
	return protocol;
}

void protocol_free(struct protocol *protocol)
{
	if (!protocol)
		return;
	g_free(protocol->manager);
	g_free(protocol->name);
	g_free(protocol->english);
	g_ptr_array_unref(protocol->params);
	g_free(protocol);
}

void protocol_add_param(struct protocol *protocol, const char *name, const char *signature,
			unsigned flags, const char *fallback)
{
	struct param *param = g_new0(struct param, 1);

	param->name = g_strdup(name);
	param->signature = g_strdup(signature);
	param->flags = flags;
	param->fallback = g_strdup(fallback);
	g_ptr_array_add(protocol->params, param);
}

static int compare_params(const void *a, const void *b)
{
	const struct param *x = *(struct param *const *)a, *y = *(struct param *const *)b;
	bool x_required = x->flags & PARAM_REQUIRED, y_required = y->flags & PARAM_REQUIRED;

	if (x_required != y_required)
		return y_required - x_required;
	return strcmp(x->name, y->name);
}

void protocol_sort_params(struct protocol *protocol)
{
	g_ptr_array_sort(protocol->params, compare_params);
}

const struct param *protocol_find_param(const struct protocol *protocol, const char *name)
{
	for (guint i = 0; i < protocol->params->len; i++) {
		const struct param *param = g_ptr_array_index(protocol->params, i);

		if (!strcmp(param->name, name))
			return param;
	}
	return NULL;
}

const struct protocol *protocol_find(GPtrArray *protocols, const char *manager, const char *name)
{
	for (guint i = 0; protocols && i < protocols->len; i++) {
		const struct protocol *protocol = g_ptr_array_index(protocols, i);

		if (!strcmp(protocol->name, name) &&
		    (!manager || !strcmp(protocol->manager, manager)))
			return protocol;
	}
	return NULL;
}
