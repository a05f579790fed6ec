/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the managers on this machine speak. */

#include "tree.h"

struct listing {
	struct session *session;
	session_protocols_fn fn;
	void *data;
};

static void on_listed(const GError *error, void *data)
{
	struct listing *listing = data;

	listing->fn(error ? NULL : listing->session->protocols, error, listing->data);
}

static struct protocol *copy_protocol(const struct protocol *from)
{
	struct protocol *to = protocol_new(from->manager, from->name, from->english);

	for (guint i = 0; i < from->params->len; i++) {
		const struct param *param = from->params->pdata[i];

		protocol_add_param(to, param->name, param->signature, param->flags,
				   param->fallback);
	}
	return to;
}

static void on_protocols(GPtrArray *protocols, const GError *error, void *promise)
{
	struct listing *listing = promise_data(promise);
	GPtrArray *copy;

	if (!error) {
		copy = g_ptr_array_new_with_free_func((GDestroyNotify)protocol_free);
		for (guint i = 0; i < protocols->len; i++)
			g_ptr_array_add(copy, copy_protocol(protocols->pdata[i]));
		g_clear_pointer(&listing->session->protocols, g_ptr_array_unref);
		listing->session->protocols = copy;
	}
	promise_reply(error, promise);
}

void session_list_protocols(struct session *session, session_protocols_fn fn, void *data)
{
	struct listing *listing = g_new0(struct listing, 1);
	struct promise *promise = promise_new(session, NULL, on_listed, listing);
	g_autoptr(GError) error = NULL;

	promise_own_data(promise, g_free);
	listing->session = session;
	listing->fn = fn;
	listing->data = data;
	if (session_open_bus(session, &error))
		tp_list_protocols(session->tp, on_protocols, promise);
	else
		promise_end_later(promise, g_steal_pointer(&error));
}

GPtrArray *session_known_protocols(struct session *session)
{
	return session->protocols;
}

GPtrArray *session_installed_protocols(struct session *session)
{
	if (!session->installed)
		session->installed = tp_read_manager_files();
	return session->installed;
}
