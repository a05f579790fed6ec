/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A libsecret without a Secret Service: what is kept is in the file that PHEME_TEST_SECRETS names,
 * a group for the values of all attributes. Built under libsecret's own name, for programs that
 * find it by LD_LIBRARY_PATH. Answers come later, as libsecret's do.
 */

#include <gio/gio.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef void (*ready_fn)(void *source, void *result, void *data);

struct request {
	char *secret; /* found; or NULL */
	ready_fn fn;
	void *data;
};

static char *group_of(GHashTable *attributes)
{
	static const char *const names[] = {"application", "account", "room"};
	GString *group = g_string_new(NULL);

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		const char *value = g_hash_table_lookup(attributes, names[i]);

		if (value)
			g_string_append_printf(group, "%s%s", i ? " " : "", value);
	}
	return g_string_free(group, FALSE);
}

static GKeyFile *load(void)
{
	GKeyFile *file = g_key_file_new();

	g_key_file_load_from_file(file, g_getenv("PHEME_TEST_SECRETS"), G_KEY_FILE_NONE, NULL);
	return file;
}

/* NULL: taken away. */
static void change(GHashTable *attributes, const char *password)
{
	g_autoptr(GKeyFile) file = load();
	g_autofree char *group = group_of(attributes);

	if (password)
		g_key_file_set_string(file, group, "password", password);
	else
		g_key_file_remove_group(file, group, NULL);
	g_key_file_save_to_file(file, g_getenv("PHEME_TEST_SECRETS"), NULL);
}

static gboolean on_idle(void *data)
{
	struct request *request = data;

	request->fn(NULL, request, request->data);
	g_free(request);
	return G_SOURCE_REMOVE;
}

static void answer_later(char *secret, ready_fn fn, void *data)
{
	struct request *request = g_new0(struct request, 1);

	request->secret = secret;
	request->fn = fn;
	request->data = data;
	g_idle_add(on_idle, request);
}

EXPORT void secret_password_lookupv(const void *schema, GHashTable *attributes, void *cancellable,
				    ready_fn fn, void *data);
EXPORT char *secret_password_lookup_finish(void *result, GError **error);
EXPORT void secret_password_storev(const void *schema, GHashTable *attributes,
				   const char *collection, const char *label, const char *password,
				   void *cancellable, ready_fn fn, void *data);
EXPORT gboolean secret_password_store_finish(void *result, GError **error);
EXPORT void secret_password_clearv(const void *schema, GHashTable *attributes, void *cancellable,
				   ready_fn fn, void *data);
EXPORT gboolean secret_password_clear_finish(void *result, GError **error);
EXPORT void secret_password_free(char *password);

void secret_password_lookupv(const void *schema, GHashTable *attributes, void *cancellable,
			     ready_fn fn, void *data)
{
	g_autoptr(GKeyFile) file = load();
	g_autofree char *group = group_of(attributes);

	answer_later(g_key_file_get_string(file, group, "password", NULL), fn, data);
}

char *secret_password_lookup_finish(void *result, GError **error)
{
	return ((struct request *)result)->secret;
}

void secret_password_storev(const void *schema, GHashTable *attributes, const char *collection,
			    const char *label, const char *password, void *cancellable, ready_fn fn,
			    void *data)
{
	change(attributes, password);
	answer_later(NULL, fn, data);
}

gboolean secret_password_store_finish(void *result, GError **error)
{
	return TRUE;
}

void secret_password_clearv(const void *schema, GHashTable *attributes, void *cancellable,
			    ready_fn fn, void *data)
{
	change(attributes, NULL);
	answer_later(NULL, fn, data);
}

gboolean secret_password_clear_finish(void *result, GError **error)
{
	return TRUE;
}

void secret_password_free(char *password)
{
	g_free(password);
}

/* GIO is loaded with the library, as with the real one: pheme asks it for cancellables. */
EXPORT GType secret_uses_gio(void);
GType secret_uses_gio(void)
{
	return g_cancellable_get_type();
}
