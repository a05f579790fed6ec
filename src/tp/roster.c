/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The roster (spec: Connection.Interface.ContactList, .ContactGroups): subscribe, wait for the
 * list's state, read everything in one call whatever its size, then follow the changes.
 */

#include <string.h>

#include "private.h"

enum { /* Contact_List_State */
       LIST_NONE = 0,
       LIST_WAITING = 1,
       LIST_FAILURE = 2,
       LIST_SUCCESS = 3,
};

#define ROSTER_TIMEOUT_MS 120000

struct roster {
	bool asked;   /* GetContactListAttributes is under way or was answered */
	bool with_id; /* ContactsChangedWithID was seen: ContactsChanged says the same again */
	bool can_change, uses_message;
};

/* --- contacts into the model -------------------------------------------------------------- */

struct contact_facts { /* borrowed from the message */
	const char *id, *alias, *publish_request;
	bool has_presence, has_subscription, has_caps;
	enum presence presence;
	const char *status, *message;
	enum subscription subscribe, publish;
	char **groups;
	struct bus_reader caps;
};

static enum subscription read_subscription(struct bus_reader *r)
{
	guint32 value = bus_read_uint32(r);

	return value <= SUBSCRIPTION_YES ? (enum subscription)value : SUBSCRIPTION_UNKNOWN;
}

static void read_facts(struct bus_reader *attributes, struct contact_facts *facts)
{
	struct bus_reader value;
	const char *key;

	while (bus_read_property(attributes, &key, &value)) {
		if (!strcmp(key, TP_CONN "/contact-id")) {
			facts->id = bus_read_string(&value);
		} else if (!strcmp(key, TP_CONN_ALIASING "/alias")) {
			facts->alias = bus_read_string(&value);
		} else if (!strcmp(key, TP_CONN_PRESENCE "/presence")) {
			facts->has_presence = true;
			presence_read(&value, &facts->presence, &facts->status, &facts->message);
		} else if (!strcmp(key, TP_CONN_LIST "/subscribe")) {
			facts->has_subscription = true;
			facts->subscribe = read_subscription(&value);
		} else if (!strcmp(key, TP_CONN_LIST "/publish")) {
			facts->publish = read_subscription(&value);
		} else if (!strcmp(key, TP_CONN_LIST "/publish-request")) {
			facts->publish_request = bus_read_string(&value);
		} else if (!strcmp(key, TP_CONN_GROUPS "/groups")) {
			g_strfreev(facts->groups);
			facts->groups = bus_read_strings(&value);
		} else if (!strcmp(key, TP_CONN_CAPS "/capabilities")) {
			facts->has_caps = true;
			facts->caps = value;
		}
	}
}

/* Who asks to see our presence is a request to answer, until it is answered. */
static void follow_request(struct conn *conn, struct contact *contact, const char *text)
{
	struct request *request = model_find_request_of(conn->tp->model, REQUEST_SUBSCRIPTION,
							conn->account, contact->id, NULL);

	if (contact->publish == SUBSCRIPTION_ASK)
		model_add_request(conn->tp->model, REQUEST_SUBSCRIPTION, conn->account, contact->id,
				  contact->alias, NULL, text);
	else if (request)
		model_remove_request(request);
}

/* Who only asks is not on the roster yet. */
static bool only_asks(enum subscription subscribe, enum subscription publish)
{
	return subscribe == SUBSCRIPTION_NO && publish == SUBSCRIPTION_ASK;
}

static bool belongs_on_roster(const struct contact_facts *facts)
{
	return !facts->has_subscription || (facts->groups && *facts->groups) ||
	       !only_asks(facts->subscribe, facts->publish);
}

static struct contact *store_facts(struct conn *conn, guint32 handle,
				   const struct contact_facts *facts, bool on_list)
{
	struct contact *contact = account_ensure_contact(conn->account, facts->id);

	conn_learn_handle(conn, handle, facts->id);
	if (facts->alias)
		contact_set_alias(contact, facts->alias);
	conn_groups_learn(conn, facts->groups);
	if (facts->groups)
		contact_set_groups(contact, (const char *const *)facts->groups);
	if (facts->has_caps) {
		struct bus_reader caps = facts->caps;

		conn_caps_read(conn, handle, &caps);
	}
	if (facts->has_presence)
		contact_set_presence(contact, facts->presence, facts->status, facts->message);
	if (facts->has_subscription) {
		contact_set_subscription(contact, facts->subscribe, facts->publish);
		follow_request(conn, contact, facts->publish_request);
	}
	/* Last, so that the row is put into its place once. A manager with a list but without
	 * subscriptions lists everybody. */
	if (on_list)
		contact_set_on_roster(contact, belongs_on_roster(facts));
	return contact;
}

/* Attributes of one contact (a{sv} opened as @attributes) into the model. */
static void read_contact(struct conn *conn, guint32 handle, struct bus_reader *attributes,
			 bool on_roster)
{
	struct contact_facts facts = {0};

	read_facts(attributes, &facts);
	if (bus_reader_ok(attributes) && facts.id && *facts.id)
		store_facts(conn, handle, &facts, on_roster);
	g_strfreev(facts.groups);
}

/* --- all of it ---------------------------------------------------------------------------- */

/* Contacts of the cached roster that the network does not know any more. */
static void drop_unlisted(struct conn *conn, GHashTable *listed)
{
	g_autoptr(GPtrArray) gone = g_ptr_array_new();
	GHashTableIter iter;
	void *id, *contact;

	g_hash_table_iter_init(&iter, conn->account->contacts);
	while (g_hash_table_iter_next(&iter, &id, &contact))
		if (((struct contact *)contact)->on_roster &&
		    !g_hash_table_contains(listed, contact))
			g_ptr_array_add(gone, contact);
	for (guint i = 0; i < gone->len; i++)
		contact_set_on_roster(gone->pdata[i], false);
}

/* Who asked while the last connection lived, and does not any more. */
static void drop_stale_requests(struct conn *conn, GHashTable *listed)
{
	GPtrArray *requests = conn->tp->model->requests;

	for (guint i = requests->len; i-- > 0;) {
		struct request *request = requests->pdata[i];

		if (request->kind == REQUEST_SUBSCRIPTION && request->account == conn->account &&
		    !g_hash_table_contains(listed,
					   account_find_contact(conn->account, request->id)))
			model_remove_request(request);
	}
}

static void on_list_attributes(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;
	g_autoptr(GHashTable) listed = g_hash_table_new(NULL, NULL);
	struct bus_reader contacts, entry, attributes;

	if (error) {
		g_autoptr(GError) failure = tp_error_from_bus("read the contact list", error);

		model_notice(conn->tp->model, conn->account, NULL, NOTICE_ERROR, "%s",
			     failure->message);
		return;
	}
	bus_read_array(reply, &contacts);
	while (bus_read_entry(&contacts, &entry)) {
		guint32 handle = bus_read_uint32(&entry);
		struct contact_facts facts = {0};

		bus_read_array(&entry, &attributes);
		read_facts(&attributes, &facts);
		if (bus_reader_ok(reply) && facts.id && *facts.id)
			g_hash_table_add(listed, store_facts(conn, handle, &facts, true));
		g_strfreev(facts.groups);
	}
	if (!bus_reader_ok(reply)) {
		model_notice(conn->tp->model, conn->account, NULL, NOTICE_ERROR,
			     "cannot read the contact list: the connection manager's answer makes "
			     "no sense");
		return;
	}
	drop_unlisted(conn, listed);
	drop_stale_requests(conn, listed);
	account_set_roster_ready(conn->account, true);
}

static void ask_list(struct conn *conn)
{
	static const char *const wanted[] = {TP_CONN_LIST, TP_CONN_GROUPS, TP_CONN_PRESENCE,
					     TP_CONN_ALIASING, TP_CONN_CAPS};
	const char *offered[G_N_ELEMENTS(wanted) + 1] = {NULL};
	struct bus_call *call;
	unsigned n = 0;

	if (conn->roster->asked)
		return;
	conn->roster->asked = true;
	for (unsigned i = 0; i < G_N_ELEMENTS(wanted); i++)
		if (conn_has_interface(conn, wanted[i]))
			offered[n++] = wanted[i];
	call = conn_call(conn, TP_CONN_LIST, "GetContactListAttributes");
	bus_write_strings(bus_call_args(call), offered);
	bus_write_bool(bus_call_args(call), false);
	bus_call_send(call, ROSTER_TIMEOUT_MS, on_list_attributes, conn);
}

static void on_list_state(struct conn *conn, guint32 state)
{
	if (state == LIST_SUCCESS)
		ask_list(conn);
	else if (state == LIST_FAILURE)
		model_notice(conn->tp->model, conn->account, NULL, NOTICE_ERROR,
			     "cannot read the contact list: the server did not give it");
	else if (state == LIST_NONE)
		/* The manager gets it only when asked to (DownloadAtConnection). */
		tp_send_done(conn_call(conn, TP_CONN_LIST, "Download"), -1, NULL, NULL,
			     "ask for the contact list");
}

static void on_list_state_changed(struct bus_reader *args, void *data)
{
	guint32 state = bus_read_uint32(args);

	if (bus_reader_ok(args) && state != LIST_NONE)
		on_list_state(data, state);
}

/* --- changes ------------------------------------------------------------------------------ */

struct change {
	guint32 handle;
	enum subscription subscribe, publish;
	const char *publish_request;
};

static void read_changes(struct bus_reader *args, GArray *changes)
{
	struct bus_reader list, entry, fields;

	bus_read_array(args, &list);
	while (bus_read_entry(&list, &entry)) {
		struct change change = {.handle = bus_read_uint32(&entry)};

		bus_read_struct(&entry, &fields);
		change.subscribe = read_subscription(&fields);
		change.publish = read_subscription(&fields);
		change.publish_request = bus_read_string(&fields);
		g_array_append_val(changes, change);
	}
}

static void on_new_attributes(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;
	struct bus_reader contacts, entry, attributes;

	if (error)
		g_debug("%s", error->message);
	if (!reply)
		return;
	bus_read_array(reply, &contacts);
	while (bus_read_entry(&contacts, &entry)) {
		guint32 handle = bus_read_uint32(&entry);

		bus_read_array(&entry, &attributes);
		read_contact(conn, handle, &attributes, true);
	}
}

/* A contact that is new to us has a name, groups and a presence to be asked for. */
static void ask_attributes(struct conn *conn, const GArray *handles)
{
	static const char *const wanted[] = {TP_CONN_LIST,     TP_CONN_GROUPS, TP_CONN_PRESENCE,
					     TP_CONN_ALIASING, TP_CONN_CAPS,   NULL};
	struct bus_call *call;

	if (!handles->len)
		return;
	call = conn_call(conn, TP_CONN_CONTACTS, "GetContactAttributes");
	bus_write_uint32s(bus_call_args(call), (const guint32 *)(const void *)handles->data,
			  handles->len);
	bus_write_strings(bus_call_args(call), wanted);
	bus_write_bool(bus_call_args(call), false);
	bus_call_send(call, ROSTER_TIMEOUT_MS, on_new_attributes, conn);
}

/* Haze lists who asked even after a no: that does not make a contact of them. */
static bool is_refusal(const struct contact *contact, const struct change *change)
{
	return only_asks(contact->subscribe, contact->publish) &&
	       change->subscribe == SUBSCRIPTION_NO && change->publish != SUBSCRIPTION_YES;
}

/* A person is told once; at the next start the roster shows it. */
static void tell_removed(struct conn *conn, const struct contact *contact, enum subscription before)
{
	g_autofree char *who = NULL;

	if (contact->subscribe != SUBSCRIPTION_REMOVED || before == SUBSCRIPTION_REMOVED ||
	    !contact->on_roster)
		return;
	who = contact_describe(contact);
	model_notice(conn->tp->model, conn->account, NULL, NOTICE_INFO,
		     "%s has removed you: the presence is not to be seen any more", who);
}

static void apply_changes(struct conn *conn, const GArray *changes)
{
	g_autoptr(GArray) unknown = g_array_new(FALSE, FALSE, sizeof(guint32));

	for (guint i = 0; i < changes->len; i++) {
		const struct change *change = &g_array_index(changes, struct change, i);
		struct contact *contact = conn_handle_contact(conn, change->handle);
		enum subscription before;

		if (!contact || (!contact->on_roster && !is_refusal(contact, change)))
			g_array_append_val(unknown, change->handle);
		if (!contact)
			continue;
		before = contact->subscribe;
		contact_set_subscription(contact, change->subscribe, change->publish);
		tell_removed(conn, contact, before);
		follow_request(conn, contact, change->publish_request);
	}
	ask_attributes(conn, unknown);
}

static void remove_contact(struct conn *conn, guint32 handle)
{
	struct contact *contact = conn_handle_contact(conn, handle);
	struct request *request;

	if (!contact)
		return;
	request = model_find_request_of(conn->tp->model, REQUEST_SUBSCRIPTION, conn->account,
					contact->id, NULL);
	if (request)
		model_remove_request(request);
	contact_ref(contact);
	contact_set_subscription(contact, SUBSCRIPTION_NO, SUBSCRIPTION_NO);
	contact_set_on_roster(contact, false);
	contact_unref(contact);
}

/* a{u(uus)} changes, a{us} identifiers, a{us} removals */
static void on_changed_with_id(struct bus_reader *args, void *data)
{
	struct conn *conn = data;
	g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(struct change));
	g_autoptr(GArray) removals = g_array_new(FALSE, FALSE, sizeof(guint32));
	struct bus_reader identifiers, removed, entry;

	read_changes(args, changes);
	bus_read_array(args, &identifiers);
	while (bus_read_entry(&identifiers, &entry)) {
		guint32 handle = bus_read_uint32(&entry);

		conn_learn_handle(conn, handle, bus_read_string(&entry));
	}
	bus_read_array(args, &removed);
	while (bus_read_entry(&removed, &entry)) {
		guint32 handle = bus_read_uint32(&entry);

		g_array_append_val(removals, handle);
	}
	if (!bus_reader_ok(args)) {
		g_debug("%s: ContactsChangedWithID: %s", conn->path, bus_reader_error(args));
		return;
	}
	conn->roster->with_id = true;
	apply_changes(conn, changes);
	for (guint i = 0; i < removals->len; i++)
		remove_contact(conn, g_array_index(removals, guint32, i));
}

/* The older form, without ids: for managers that only have it. */
static void on_changed(struct bus_reader *args, void *data)
{
	struct conn *conn = data;
	g_autoptr(GArray) changes = NULL;
	g_autoptr(GArray) removals = NULL;

	if (conn->roster->with_id)
		return;
	changes = g_array_new(FALSE, FALSE, sizeof(struct change));
	read_changes(args, changes);
	removals = bus_read_uint32s(args);
	if (!bus_reader_ok(args)) {
		g_debug("%s: ContactsChanged: %s", conn->path, bus_reader_error(args));
		return;
	}
	apply_changes(conn, changes);
	for (guint i = 0; i < removals->len; i++)
		remove_contact(conn, g_array_index(removals, guint32, i));
}

/* --- start and end ------------------------------------------------------------------------ */

static void on_list_properties(struct bus_reader *reply, const GError *error, void *data)
{
	struct conn *conn = data;
	struct bus_reader properties, value;
	unsigned features = conn->account->features;
	guint32 state = LIST_WAITING;
	const char *key;

	if (error) {
		g_debug("%s", error->message);
		return;
	}
	bus_read_array(reply, &properties);
	while (bus_read_property(&properties, &key, &value)) {
		if (!strcmp(key, "ContactListState"))
			state = bus_read_uint32(&value);
		else if (!strcmp(key, "CanChangeContactList") && bus_read_bool(&value))
			features |= ACCOUNT_CAN_CHANGE_ROSTER;
		else if (!strcmp(key, "RequestUsesMessage") && bus_read_bool(&value))
			features |= ACCOUNT_REQUEST_USES_MESSAGE;
	}
	if (!bus_reader_ok(reply)) {
		g_debug("%s: ContactList: %s", conn->path, bus_reader_error(reply));
		return;
	}
	account_set_features(conn->account, features);
	on_list_state(conn, state);
}

void conn_roster_start(struct conn *conn)
{
	if (!conn_has_interface(conn, TP_CONN_LIST))
		return;
	conn->roster = g_new0(struct roster, 1);
	bus_subscribe(conn->scope, conn->unique, conn->path, TP_CONN_LIST,
		      "ContactListStateChanged", on_list_state_changed, conn);
	bus_subscribe(conn->scope, conn->unique, conn->path, TP_CONN_LIST, "ContactsChangedWithID",
		      on_changed_with_id, conn);
	bus_subscribe(conn->scope, conn->unique, conn->path, TP_CONN_LIST, "ContactsChanged",
		      on_changed, conn);
	conn_groups_start(conn);
	bus_property_get_all(conn->scope, conn->unique, conn->path, TP_CONN_LIST,
			     on_list_properties, conn);
}

void conn_roster_free(struct conn *conn)
{
	g_clear_pointer(&conn->roster, g_free);
}
