/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "secret_private.h"

#include <string.h>

struct secret_lookup {
	char *name, *command, *password; /* of the account */
	char *room;                      /* whose password it is; NULL: the account's own */
	char *kept;                      /* to be kept there; NULL: forgotten */
	bool secret_service, keeps;
	unsigned seconds;
	secret_fn fn;
	void *data;
	GError *error; /* of the first source that should have had it */
	unsigned idle;
	struct secret_command *running;
	struct secret_service *asked;
};

static void next_source(struct secret_lookup *lookup);

void secret_free(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	g_free(secret);
}

static void free_lookup(struct secret_lookup *lookup)
{
	g_free(lookup->name);
	g_free(lookup->command);
	g_free(lookup->room);
	secret_free(lookup->password);
	secret_free(lookup->kept);
	g_clear_error(&lookup->error);
	g_free(lookup);
}

static void finish(struct secret_lookup *lookup, const char *secret)
{
	lookup->fn(secret, secret ? NULL : lookup->error, lookup->data);
	free_lookup(lookup);
}

static void note_error(struct secret_lookup *lookup, const GError *error)
{
	if (error && !lookup->error)
		lookup->error = g_error_copy(error);
}

static void on_command(const char *secret, const GError *error, void *data)
{
	struct secret_lookup *lookup = data;

	lookup->running = NULL;
	note_error(lookup, error);
	if (secret)
		finish(lookup, secret);
	else
		next_source(lookup);
}

static void on_service(const char *secret, const GError *error, void *data)
{
	struct secret_lookup *lookup = data;

	lookup->asked = NULL;
	note_error(lookup, error);
	finish(lookup, secret);
}

static struct secret_service *ask_service(struct secret_lookup *lookup, GError **error)
{
	if (lookup->keeps)
		return secret_service_keep(lookup->name, lookup->room, lookup->kept, on_service,
					   lookup, error);
	return secret_service_find(lookup->name, lookup->room, on_service, lookup, error);
}

/* From the main loop. Each source is tried once: what asks for it is cleared. */
static void next_source(struct secret_lookup *lookup)
{
	g_autoptr(GError) error = NULL;

	if (lookup->password) {
		finish(lookup, lookup->password);
		return;
	}
	if (lookup->command) {
		g_autofree char *command = g_steal_pointer(&lookup->command);

		lookup->running = secret_command_run(lookup->name, command, lookup->seconds,
						     on_command, lookup, &error);
		note_error(lookup, error);
		g_clear_error(&error);
	}
	if (!lookup->running && lookup->secret_service) {
		lookup->secret_service = false;
		lookup->asked = ask_service(lookup, &error);
		note_error(lookup, error);
	}
	if (!lookup->running && !lookup->asked)
		finish(lookup, NULL);
}

static gboolean on_idle(void *data)
{
	struct secret_lookup *lookup = data;

	lookup->idle = 0;
	next_source(lookup);
	return G_SOURCE_REMOVE;
}

struct secret_lookup *secret_find_within(const struct account_conf *conf, unsigned seconds,
					 secret_fn fn, void *data)
{
	struct secret_lookup *lookup = g_new0(struct secret_lookup, 1);

	lookup->name = g_strdup(conf->name);
	lookup->password = g_strdup(g_hash_table_lookup(conf->params, "password"));
	lookup->command = g_strdup(conf->password_command);
	lookup->secret_service = conf->secret_service;
	lookup->seconds = seconds;
	lookup->fn = fn;
	lookup->data = data;
	lookup->idle = g_idle_add(on_idle, lookup);
	return lookup;
}

static struct secret_lookup *room_lookup(const char *account, const char *room, secret_fn fn,
					 void *data)
{
	struct secret_lookup *lookup = g_new0(struct secret_lookup, 1);

	lookup->name = g_strdup(account);
	lookup->room = g_utf8_casefold(room, -1);
	lookup->secret_service = true;
	lookup->fn = fn;
	lookup->data = data;
	lookup->idle = g_idle_add(on_idle, lookup);
	return lookup;
}

struct secret_lookup *secret_find_room(const char *account, const char *room, secret_fn fn,
				       void *data)
{
	return room_lookup(account, room, fn, data);
}

struct secret_lookup *secret_keep_room(const char *account, const char *room, const char *secret,
				       secret_fn fn, void *data)
{
	struct secret_lookup *lookup = room_lookup(account, room, fn, data);

	lookup->keeps = true;
	lookup->kept = g_strdup(secret);
	return lookup;
}

struct secret_lookup *secret_find(const struct account_conf *conf, secret_fn fn, void *data)
{
	return secret_find_within(conf, SECRET_COMMAND_SECONDS, fn, data);
}

void secret_cancel(struct secret_lookup *lookup)
{
	if (!lookup)
		return;
	g_clear_handle_id(&lookup->idle, g_source_remove);
	g_clear_pointer(&lookup->running, secret_command_cancel);
	g_clear_pointer(&lookup->asked, secret_service_cancel);
	free_lookup(lookup);
}
