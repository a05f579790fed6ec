/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is seen and heard of it, and its keys: /url /theme /notify /edit /bind. */

#include <string.h>

#include "../model/url.h"
#include "../store/paths.h"
#include "cmd.h"

#define URLS_MAX 20

/* --- /url --------------------------------------------------------------------------------- */

static bool has_url(const GPtrArray *urls, const char *url)
{
	for (guint i = 0; i < urls->len; i++)
		if (!strcmp(urls->pdata[i], url))
			return true;
	return false;
}

static void add_urls(GPtrArray *urls, const char *text)
{
	gsize length;

	for (const char *p = text; (p = url_find(p, &length)) && urls->len < URLS_MAX;
	     p += length) {
		g_autofree char *url = g_strndup(p, length);

		if (!has_url(urls, url))
			g_ptr_array_add(urls, g_steal_pointer(&url));
	}
}

/* Those of the chat's window, the latest first. */
static GPtrArray *find_urls(const struct chat *chat)
{
	GPtrArray *urls = g_ptr_array_new_with_free_func(g_free);

	if (chat->topic)
		add_urls(urls, chat->topic);
	for (unsigned i = chat->count; i-- > 0 && urls->len < URLS_MAX;)
		if (chat_message(chat, i)->direction != MESSAGE_LOCAL)
			add_urls(urls, chat_message(chat, i)->text);
	return urls;
}

/* Of a list in $BROWSER the first counts. */
static char *browser(struct command_run *run)
{
	const char *set = config_string(session_config(command_session(run)), "url.command");
	const char *list = g_getenv("BROWSER");

	if (*set)
		return g_strdup(set);
	if (list && *list)
		return g_strndup(list, strcspn(list, ":"));
	return g_strdup("xdg-open");
}

static void open_url(struct command_run *run, const char *url)
{
	g_autofree char *program = browser(run);
	g_autoptr(GError) error = NULL;

	if (command_spawn(program, url, NULL, &error))
		command_print(run, "%s is given to %s", url, program);
	else
		command_fail(run, SESSION_ERROR_FAILED,
			     "cannot open %s: %s; /set url.command tells what opens it", url,
			     error->message);
}

static void list_urls(struct command_run *run, const GPtrArray *urls)
{
	for (guint i = urls->len; i > 0; i--)
		command_print(run, "%2u %s", i, (char *)urls->pdata[i - 1]);
	if (urls->len)
		command_print(run, "/url NUMBER opens one");
	else
		command_print(run, "there is no address in what is shown of this chat");
}

void cmd_url(struct command_run *run)
{
	g_autoptr(GPtrArray) urls = find_urls(command_chat(run));
	const char *which = command_arg(run, 0);
	guint64 number;

	if (!which)
		list_urls(run, urls);
	else if (!g_ascii_string_to_unsigned(which, 10, 1, urls->len ? urls->len : 1, &number,
					     NULL) ||
		 !urls->len)
		command_fail(run, SESSION_ERROR_USAGE,
			     "\"%s\" is no number of an address here: "
			     "/url lists them",
			     which);
	else
		open_url(run, urls->pdata[number - 1]);
}

/* --- /theme ------------------------------------------------------------------------------- */

static void add_themes(GPtrArray *names, const char *directory)
{
	g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
	const char *file;

	while (dir && (file = g_dir_read_name(dir)))
		if (g_str_has_suffix(file, ".theme"))
			g_ptr_array_add(names, g_strndup(file, strlen(file) - strlen(".theme")));
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

GPtrArray *command_list_themes(void)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) places = paths_themes();

	g_ptr_array_add(names, g_strdup("default"));
	for (char **place = places; *place; place++)
		add_themes(names, *place);
	g_ptr_array_sort(names, compare_names);
	for (guint i = 1; i < names->len;)
		if (!strcmp(names->pdata[i], names->pdata[i - 1]))
			g_ptr_array_remove_index(names, i);
		else
			i++;
	return names;
}

static void print_themes(struct command_run *run, const GPtrArray *names)
{
	const char *current = config_string(session_config(command_session(run)), "ui.theme");

	for (guint i = 0; i < names->len; i++)
		command_print(run, "%s %s", strcmp(names->pdata[i], current) ? " " : "*",
			      (char *)names->pdata[i]);
}

void cmd_theme(struct command_run *run)
{
	g_autoptr(GPtrArray) names = command_list_themes();
	const char *name = command_arg(run, 0);
	g_autoptr(GError) error = NULL;
	bool known = false;

	for (guint i = 0; name && i < names->len; i++)
		known = known || !strcmp(names->pdata[i], name);
	if (!name)
		print_themes(run, names);
	else if (!known)
		command_fail(run, SESSION_ERROR_NOT_FOUND,
			     "there is no theme \"%s\": /theme lists them", name);
	else if (config_set(session_config(command_session(run)), "ui.theme", name, &error))
		command_print(run, "the theme is %s", name);
	else
		command_fail(run, SESSION_ERROR_FAILED, "%s", error->message);
}

/* --- /notify ------------------------------------------------------------------------------ */

static void print_notify(struct command_run *run, const struct chat *chat)
{
	struct config *config = session_config(command_session(run));
	const char *own = config_chat_notify(config, chat->account->name, chat->id);

	if (own)
		command_print(run, "%s: %s", chat->name, own);
	else
		command_print(run, "%s: as everywhere (notify.bell is %s)", chat->name,
			      config_string(config, "notify.bell"));
}

void cmd_notify(struct command_run *run)
{
	struct chat *chat = command_chat(run);
	const char *mode = command_arg(run, 0);
	g_autoptr(GError) error = NULL;

	if (!chat->account) {
		command_fail(run, SESSION_ERROR_USAGE, "this is no chat of an account");
		return;
	}
	if (mode &&
	    !config_set_chat_notify(session_config(command_session(run)), chat->account->name,
				    chat->id, strcmp(mode, "default") ? mode : NULL, &error)) {
		command_fail(run, SESSION_ERROR_FAILED, "%s", error->message);
		return;
	}
	print_notify(run, chat);
}

/* --- /edit -------------------------------------------------------------------------------- */

void cmd_edit(struct command_run *run)
{
	struct front *front = command_front(run);

	if (front->ops->edit)
		front->ops->edit(front);
	else
		command_fail(run, SESSION_ERROR_USAGE, "/edit needs the screen");
}

/* --- /bind -------------------------------------------------------------------------------- */

static void unbind(struct command_run *run, const char *keys)
{
	struct front *front = command_front(run);
	g_autoptr(GError) error = NULL;

	if (front->ops->bind(front, keys, NULL, &error))
		command_print(run, "%s is no key of yours any more", keys);
	else
		command_fail(run, SESSION_ERROR_FAILED, "%s", error->message);
}

void cmd_bind(struct command_run *run)
{
	struct front *front = command_front(run);
	const char *keys = command_arg(run, 0), *function = command_arg(run, 1);
	g_autoptr(GError) error = NULL;

	if (!front->ops->bind)
		command_fail(run, SESSION_ERROR_USAGE, "/bind needs the screen");
	else if (keys && !function)
		command_fail(run, SESSION_ERROR_USAGE, "which %s",
			     strcmp(keys, "-remove") ? "function? /bind alone lists them" : "key?");
	else if (keys && !strcmp(keys, "-remove"))
		unbind(run, function);
	else if (!front->ops->bind(front, keys, function, &error))
		command_fail(run, SESSION_ERROR_FAILED, "%s", error->message);
	else if (keys)
		command_print(run, "%s does %s", keys, function);
}
