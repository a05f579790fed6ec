/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "desktop.h"

#define SERVICE "org.freedesktop.Notifications"
#define PATH    "/org/freedesktop/Notifications"

#define NOTES_MAX  32 /* at a time; further keys wait until some were closed */
#define TIMEOUT_MS 10000

/* What is known of the service. */
enum service {
	SERVICE_UNKNOWN,
	SERVICE_ASKED,
	SERVICE_ABSENT,  /* until somebody takes its name */
	SERVICE_PRESENT, /* and told what it can do */
};

struct note { /* a notification, by its key */
	struct desktop *desktop;
	guint32 id;          /* the service's; 0: not shown */
	char *title, *body;  /* to be shown yet; or NULL */
	bool calling, close; /* the service has not answered; and is to take it away then */
};

struct desktop {
	struct bus_scope *scope;
	struct bus_scope *owner_scope; /* what the present owner signals; or NULL */
	enum service service;
	bool has_markup;   /* it interprets bodies: they are escaped */
	GHashTable *notes; /* key → struct note, owned */
};

static void note_free(void *data)
{
	struct note *note = data;

	g_free(note->title);
	g_free(note->body);
	g_free(note);
}

/* --- telling the service ------------------------------------------------------------------ */

static void note_settle(struct note *note);

static void on_shown(struct bus_reader *reply, const GError *error, void *data)
{
	struct note *note = data;

	note->calling = false;
	note->id = error ? 0 : bus_read_uint32(reply);
	if (error || !bus_reader_ok(reply))
		g_debug("notification: %s", error ? error->message : bus_reader_error(reply));
	note_settle(note);
}

static void write_hints(struct bus_writer *args)
{
	struct bus_writer dict;

	bus_write_open_array(args, "{sv}", &dict);
	bus_write_property_string(&dict, "category", "im.received");
	bus_write_property_string(&dict, "desktop-entry", "pheme");
	bus_write_close(args, &dict);
}

static void note_send(struct note *note)
{
	static const char *const no_actions[] = {NULL};
	struct bus_call *call =
		bus_call_new(note->desktop->scope, SERVICE, PATH, SERVICE, "Notify");
	struct bus_writer *args = bus_call_args(call);
	g_autofree char *escaped = g_markup_escape_text(note->body, -1);

	bus_write_string(args, "pheme");
	bus_write_uint32(args, note->id);
	bus_write_string(args, "");
	bus_write_string(args, note->title);
	bus_write_string(args, note->desktop->has_markup ? escaped : note->body);
	bus_write_strings(args, no_actions);
	write_hints(args);
	bus_write_int32(args, -1);
	g_clear_pointer(&note->title, g_free);
	g_clear_pointer(&note->body, g_free);
	note->calling = true;
	bus_call_send(call, TIMEOUT_MS, on_shown, note);
}

static void note_take_away(struct note *note)
{
	struct bus_call *call =
		bus_call_new(note->desktop->scope, SERVICE, PATH, SERVICE, "CloseNotification");

	bus_write_uint32(bus_call_args(call), note->id);
	bus_call_no_autostart(call);
	bus_call_send(call, TIMEOUT_MS, NULL, NULL);
	note->id = 0;
}

/* Does what is left to do. One call at a time: what came meanwhile is one more. */
static void note_settle(struct note *note)
{
	if (note->calling || note->desktop->service != SERVICE_PRESENT)
		return;
	if (note->close && note->id != 0)
		note_take_away(note);
	note->close = false;
	if (note->title != NULL)
		note_send(note);
}

/* --- whether there is one ----------------------------------------------------------------- */

static void settle_all(struct desktop *desktop)
{
	GHashTableIter iter;
	void *note;

	g_hash_table_iter_init(&iter, desktop->notes);
	while (g_hash_table_iter_next(&iter, NULL, &note))
		note_settle(note);
}

/* There is none: what waits for it is not shown, and the next one does not wait. */
static void note_absence(struct desktop *desktop)
{
	GHashTableIter iter;
	void *value;

	desktop->service = SERVICE_ABSENT;
	g_hash_table_iter_init(&iter, desktop->notes);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct note *note = value;

		g_clear_pointer(&note->title, g_free);
		g_clear_pointer(&note->body, g_free);
	}
}

static void on_capabilities(struct bus_reader *reply, const GError *error, void *data)
{
	struct desktop *desktop = data;
	g_auto(GStrv) list = error ? NULL : bus_read_strings(reply);

	if (error) {
		g_debug("no notifications: %s", error->message);
		note_absence(desktop);
		return;
	}
	desktop->has_markup = g_strv_contains((const char *const *)list, "body-markup");
	desktop->service = SERVICE_PRESENT;
	settle_all(desktop);
}

/* Starts it where it can be started. */
static void ask_capabilities(struct desktop *desktop)
{
	desktop->service = SERVICE_ASKED;
	bus_call_send(bus_call_new(desktop->scope, SERVICE, PATH, SERVICE, "GetCapabilities"),
		      TIMEOUT_MS, on_capabilities, desktop);
}

static void on_names(const char *const *names, const GError *error, void *data)
{
	struct desktop *desktop = data;

	if (desktop->service != SERVICE_ASKED)
		return;
	if (names != NULL && g_strv_contains(names, SERVICE)) {
		ask_capabilities(desktop);
		return;
	}
	note_absence(desktop);
}

/* The user, or time, took one away: the next is a new one. */
static void on_closed(struct bus_reader *args, void *data)
{
	struct desktop *desktop = data;
	guint32 id = bus_read_uint32(args);
	GHashTableIter iter;
	void *note;

	bus_read_uint32(args);
	if (!bus_reader_ok(args))
		return;
	g_hash_table_iter_init(&iter, desktop->notes);
	while (g_hash_table_iter_next(&iter, NULL, &note))
		if (((struct note *)note)->id == id && !((struct note *)note)->calling)
			((struct note *)note)->id = 0;
}

static void forget_ids(struct desktop *desktop)
{
	GHashTableIter iter;
	void *note;

	g_hash_table_iter_init(&iter, desktop->notes);
	while (g_hash_table_iter_next(&iter, NULL, &note))
		((struct note *)note)->id = 0;
}

/* Numbers are good with the one that gave them only. */
static void on_owner(const char *name, const char *owner, void *data)
{
	struct desktop *desktop = data;

	g_clear_pointer(&desktop->owner_scope, bus_scope_free);
	forget_ids(desktop);
	if (*owner != '\0') {
		desktop->owner_scope = bus_scope_new(bus_scope_bus(desktop->scope));
		bus_subscribe(desktop->owner_scope, owner, PATH, SERVICE, "NotificationClosed",
			      on_closed, desktop);
		ask_capabilities(desktop);
	} else if (desktop->service == SERVICE_PRESENT) {
		desktop->service = SERVICE_UNKNOWN;
	}
}

/* --- from outside ------------------------------------------------------------------------- */

struct desktop *desktop_new(struct bus *bus)
{
	struct desktop *desktop = g_new0(struct desktop, 1);

	desktop->scope = bus_scope_new(bus);
	desktop->notes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, note_free);
	bus_watch_name(desktop->scope, SERVICE, on_owner, desktop);
	return desktop;
}

void desktop_free(struct desktop *desktop)
{
	if (desktop == NULL)
		return;
	bus_scope_free(desktop->owner_scope);
	bus_scope_free(desktop->scope);
	g_hash_table_unref(desktop->notes);
	g_free(desktop);
}

/* Those that were taken away. */
static gboolean is_gone(void *key, void *value, void *data)
{
	const struct note *note = value;

	return note->id == 0 && !note->calling && note->title == NULL;
}

static struct note *get_note(struct desktop *desktop, const char *key)
{
	struct note *note = g_hash_table_lookup(desktop->notes, key);

	if (note != NULL)
		return note;
	if (g_hash_table_size(desktop->notes) >= NOTES_MAX)
		g_hash_table_foreach_remove(desktop->notes, is_gone, NULL);
	if (g_hash_table_size(desktop->notes) >= NOTES_MAX)
		return NULL;
	note = g_new0(struct note, 1);
	note->desktop = desktop;
	g_hash_table_insert(desktop->notes, g_strdup(key), note);
	return note;
}

void desktop_show(struct desktop *desktop, const char *key, const char *title, const char *body)
{
	struct note *note;

	if (desktop->service == SERVICE_ABSENT)
		return;
	note = get_note(desktop, key);
	if (note == NULL)
		return;
	g_free(note->title);
	g_free(note->body);
	note->title = g_strdup(title);
	note->body = g_strdup(body);
	if (desktop->service == SERVICE_UNKNOWN) {
		desktop->service = SERVICE_ASKED;
		bus_list_names(desktop->scope, SERVICE, on_names, desktop);
	}
	note_settle(note);
}

void desktop_close(struct desktop *desktop, const char *key)
{
	struct note *note = g_hash_table_lookup(desktop->notes, key);

	if (note == NULL)
		return;
	g_clear_pointer(&note->title, g_free);
	g_clear_pointer(&note->body, g_free);
	note->close = true;
	note_settle(note);
}
