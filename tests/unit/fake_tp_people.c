/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The people of the stand-in for src/tp: roster, groups, cards, directories. */

#include "fake_tp.h"

void conn_roster_add(struct conn *conn, const char *id, const char *message, tp_done_fn done,
		     void *data)
{
	fake_note(conn, "add %s", id);
	fake_wait(conn, done, data);
}

void conn_roster_remove(struct conn *conn, const char *id, tp_done_fn done, void *data)
{
	fake_note(conn, "remove %s", id);
	fake_wait(conn, done, data);
}

void conn_authorize(struct conn *conn, const char *id, tp_done_fn done, void *data)
{
	fake_note(conn, "authorize %s", id);
	fake_wait(conn, done, data);
}

void conn_deny(struct conn *conn, const char *id, tp_done_fn done, void *data)
{
	fake_note(conn, "deny %s", id);
	fake_wait(conn, done, data);
}

void conn_rename(struct conn *conn, const char *id, const char *alias, tp_done_fn done, void *data)
{
	fake_note(conn, "rename %s %s", id, alias);
	fake_wait(conn, done, data);
}

void conn_group_add(struct conn *conn, const char *group, const char *id, tp_done_fn done,
		    void *data)
{
	fake_note(conn, "group add %s %s", group, id);
	fake_wait(conn, done, data);
}

void conn_group_remove(struct conn *conn, const char *group, const char *id, tp_done_fn done,
		       void *data)
{
	fake_note(conn, "group remove %s %s", group, id);
	fake_wait(conn, done, data);
}

void conn_group_rename(struct conn *conn, const char *group, const char *name, tp_done_fn done,
		       void *data)
{
	fake_note(conn, "group rename %s %s", group, name);
	fake_wait(conn, done, data);
}

void conn_group_delete(struct conn *conn, const char *group, tp_done_fn done, void *data)
{
	fake_note(conn, "group delete %s", group);
	fake_wait(conn, done, data);
}

void conn_block(struct conn *conn, const char *id, bool report, tp_done_fn done, void *data)
{
	fake_note(conn, "block %s%s", id, report ? " report" : "");
	fake_wait(conn, done, data);
}

void conn_unblock(struct conn *conn, const char *id, tp_done_fn done, void *data)
{
	fake_note(conn, "unblock %s", id);
	fake_wait(conn, done, data);
}

void conn_open_directory(struct conn *conn, const char *server, unsigned limit, tp_done_fn done,
			 void *data)
{
	fake_note(conn, "directory %s %u", server ? server : "-", limit);
	fake_wait(conn, done, data);
}

void conn_search(struct conn *conn, GHashTable *terms, tp_done_fn done, void *data)
{
	fake_note(conn, "search %u", g_hash_table_size(terms));
	fake_wait(conn, done, data);
}

void conn_search_more(struct conn *conn, tp_done_fn done, void *data)
{
	fake_note(conn, "search more");
	fake_wait(conn, done, data);
}

void conn_stop_search(struct conn *conn)
{
	fake_note(conn, "search stop");
}

void conn_whois(struct conn *conn, const char *id, conn_whois_fn fn, void *data)
{
	struct fake_call *call = g_new0(struct fake_call, 1);

	fake_note(conn, "whois %s", id ? id : "self");
	call->id = g_strdup(id);
	call->whois = fn;
	call->data = data;
	g_ptr_array_add(conn->dones, call);
}

void conn_set_card(struct conn *conn, const GPtrArray *card, tp_done_fn done, void *data)
{
	fake_note(conn, "card %u", card->len);
	fake_wait(conn, done, data);
}
