/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What errors of the bus, of managers and networks mean to a person, and whether trying again
 * makes sense (spec: Errors, Connection_Status_Reason). */

#include <string.h>

#include "../model/text.h"
#include "private.h"

GQuark tp_error_quark(void)
{
	return g_quark_from_static_string("pheme-tp-error");
}

static const struct error_row {
	const char *name; /* without the prefix …Telepathy.Error. */
	enum tp_error code;
	enum conn_end end;
	const char *words;
} error_rows[] = {
	{"NetworkError", TP_ERROR_FAILED, CONN_END_NETWORK, "network error"},
	{"ConnectionRefused", TP_ERROR_FAILED, CONN_END_NETWORK, "the server refuses connections"},
	{"ConnectionFailed", TP_ERROR_FAILED, CONN_END_NETWORK, "the server cannot be reached"},
	{"ConnectionLost", TP_ERROR_FAILED, CONN_END_NETWORK, "the connection was lost"},
	{"ServiceBusy", TP_ERROR_FAILED, CONN_END_NETWORK, "the server is too busy"},
	{"ResourceUnavailable", TP_ERROR_FAILED, CONN_END_NETWORK, "the server lacks resources"},
	{"AuthenticationFailed", TP_ERROR_REFUSED, CONN_END_AUTHENTICATION,
	 "wrong password or login"},
	{"EncryptionNotAvailable", TP_ERROR_FAILED, CONN_END_CERTIFICATE,
	 "the server offers no encryption"},
	{"EncryptionError", TP_ERROR_FAILED, CONN_END_CERTIFICATE, "encryption failed"},
	{"Cert.NotProvided", TP_ERROR_FAILED, CONN_END_CERTIFICATE,
	 "the server has no certificate"},
	{"Cert.Untrusted", TP_ERROR_FAILED, CONN_END_CERTIFICATE,
	 "the server's certificate is not trusted"},
	{"Cert.Expired", TP_ERROR_FAILED, CONN_END_CERTIFICATE,
	 "the server's certificate has expired"},
	{"Cert.NotActivated", TP_ERROR_FAILED, CONN_END_CERTIFICATE,
	 "the server's certificate is not valid yet"},
	{"Cert.HostnameMismatch", TP_ERROR_FAILED, CONN_END_CERTIFICATE,
	 "the server's certificate is for another name"},
	{"Cert.FingerprintMismatch", TP_ERROR_FAILED, CONN_END_CERTIFICATE,
	 "the server's certificate has another fingerprint"},
	{"Cert.SelfSigned", TP_ERROR_FAILED, CONN_END_CERTIFICATE,
	 "the server's certificate is self-signed"},
	{"Cert.Revoked", TP_ERROR_FAILED, CONN_END_CERTIFICATE,
	 "the server's certificate was revoked"},
	{"Cert.Invalid", TP_ERROR_FAILED, CONN_END_CERTIFICATE,
	 "the server's certificate is not valid"},
	{"AlreadyConnected", TP_ERROR_FAILED, CONN_END_NAME_IN_USE,
	 "this account is logged in already"},
	{"ConnectionReplaced", TP_ERROR_FAILED, CONN_END_NAME_IN_USE,
	 "another login took over this account"},
	{"RegistrationExists", TP_ERROR_FAILED, CONN_END_NAME_IN_USE, "the name is taken"},
	{"Cancelled", TP_ERROR_FAILED, CONN_END_REQUESTED, "cancelled"},
	{"InvalidArgument", TP_ERROR_FAILED, CONN_END_CONFIG, "a value is not accepted"},
	{"InvalidHandle", TP_ERROR_NOT_FOUND, CONN_END_CONFIG, "not a valid name here"},
	{"NotImplemented", TP_ERROR_NOT_SUPPORTED, CONN_END_CONFIG,
	 "this connection manager cannot do that"},
	{"NotCapable", TP_ERROR_NOT_SUPPORTED, CONN_END_CONFIG, "the other side cannot do that"},
	{"NotAvailable", TP_ERROR_FAILED, CONN_END_NETWORK, "not available now"},
	{"PermissionDenied", TP_ERROR_REFUSED, CONN_END_AUTHENTICATION, "not allowed"},
	{"NotYours", TP_ERROR_REFUSED, CONN_END_NETWORK, "another program handles it"},
	{"Disconnected", TP_ERROR_OFFLINE, CONN_END_NETWORK, "not connected"},
	{"NotYet", TP_ERROR_FAILED, CONN_END_NETWORK, "not ready yet, try again in a moment"},
	{"DoesNotExist", TP_ERROR_NOT_FOUND, CONN_END_CONFIG, "there is no such thing"},
	{"Offline", TP_ERROR_FAILED, CONN_END_NETWORK, "the other side is offline"},
	{"Channel.Banned", TP_ERROR_REFUSED, CONN_END_NETWORK, "you are banned there"},
	{"Channel.Full", TP_ERROR_REFUSED, CONN_END_NETWORK, "the room is full"},
	{"Channel.InviteOnly", TP_ERROR_REFUSED, CONN_END_NETWORK,
	 "the room is for invited people only"},
	{"Channel.Kicked", TP_ERROR_REFUSED, CONN_END_NETWORK, "you were thrown out"},
};

static const struct error_row *find_row(const char *name)
{
	if (!name || !g_str_has_prefix(name, TP_ERROR_PREFIX))
		return NULL;
	for (unsigned i = 0; i < G_N_ELEMENTS(error_rows); i++)
		if (!strcmp(error_rows[i].name, name + strlen(TP_ERROR_PREFIX)))
			return &error_rows[i];
	return NULL;
}

const char *tp_error_words(const char *name)
{
	const struct error_row *row = find_row(name);

	return row ? row->words : NULL;
}

/* From the bus, when who was asked goes away without an answer. */
static bool is_gone(const char *name)
{
	return !g_strcmp0(name, "org.freedesktop.DBus.Error.NoReply");
}

enum conn_end tp_error_end(const char *name)
{
	const struct error_row *row = find_row(name);

	if (is_gone(name))
		return CONN_END_MANAGER;
	return row ? row->end : CONN_END_NETWORK;
}

/* What the other side said, without the wire layer's "cannot call X: " in front. */
static const char *remote_words(const GError *error)
{
	const char *words = NULL;

	if (g_error_matches(error, BUS_ERROR, BUS_ERROR_REMOTE))
		words = strstr(error->message, ": ");
	return words ? words + 2 : error->message;
}

char *tp_error_line(const char *text)
{
	g_autofree char *line = g_strdup(text);

	return text_clean(g_strstrip(g_strdelimit(line, "\t\r\n", ' ')), -1, TEXT_LINE);
}

#define NO_WORD " .,:;!?()'\""

/* Does it have a word that neither the error's name nor what we say of it has? */
static bool adds_something(const char *detail, const char *what, const struct error_row *row)
{
	static const char fillers[] = "a an error is it method that the this to";
	g_autofree char *told = g_strjoin(" ", fillers, what, row->words, NULL);
	g_autofree char *known = g_ascii_strdown(told, -1), *said = g_ascii_strdown(detail, -1);
	g_autofree char *name = g_ascii_strdown(row->name, -1);
	g_auto(GStrv) known_words = g_strsplit_set(known, NO_WORD, -1);
	g_auto(GStrv) words = g_strsplit_set(said, NO_WORD, -1);

	for (char **word = words; *word; word++)
		if (!strstr(name, *word) &&
		    !g_strv_contains((const char *const *)known_words, *word))
			return true;
	return false;
}

/* In what telepathy-glib says of itself, of handles and flags: nothing for people. */
static const char own_words[] = "GROUP_FLAG_";

char *tp_refusal_line(const char *what, const char *name, const char *detail)
{
	const struct error_row *row = find_row(name);

	if (strstr(detail, own_words))
		detail = "";
	if (!row)
		return g_strdup_printf("cannot %s: %s", what, *detail ? detail : name);
	/* That one is not connected says it all, however the manager puts it. */
	if (row->code == TP_ERROR_OFFLINE || !adds_something(detail, what, row))
		return g_strdup_printf("cannot %s: %s", what, row->words);
	return g_strdup_printf("cannot %s: %s (%s)", what, row->words, detail);
}

GError *tp_error_from_bus(const char *what, const GError *error)
{
	const char *name = bus_error_name(error);
	const struct error_row *row = find_row(name);
	enum tp_error code = TP_ERROR_FAILED;
	g_autofree char *detail = tp_error_line(remote_words(error)), *line = NULL;

	if (g_error_matches(error, BUS_ERROR, BUS_ERROR_DISCONNECTED))
		return g_error_new(TP_ERROR, TP_ERROR_OFFLINE, "cannot %s: the message bus is gone",
				   what);
	if (g_error_matches(error, BUS_ERROR, BUS_ERROR_TIMEOUT))
		return g_error_new(TP_ERROR, TP_ERROR_TIMEOUT,
				   "cannot %s: the connection manager does not answer", what);
	if (is_gone(name))
		return g_error_new(TP_ERROR, TP_ERROR_GONE,
				   "cannot %s: the connection manager ended unexpectedly", what);
	if (!strcmp(name, "org.freedesktop.DBus.Error.ServiceUnknown") ||
	    !strcmp(name, "org.freedesktop.DBus.Error.NameHasNoOwner"))
		return g_error_new(TP_ERROR, TP_ERROR_NOT_FOUND,
				   "cannot %s: the connection manager is not there", what);
	if (!strcmp(name, "org.freedesktop.DBus.Error.UnknownMethod") ||
	    !strcmp(name, "org.freedesktop.DBus.Error.UnknownObject"))
		code = TP_ERROR_NOT_SUPPORTED;
	if (row)
		code = row->code;
	line = tp_refusal_line(what, name, detail);
	return g_error_new_literal(TP_ERROR, code, line);
}

static const struct {
	enum conn_end end;
	const char *words;
} reason_rows[] = {
	{CONN_END_NETWORK, "the connection ended"},
	{CONN_END_REQUESTED, "disconnected"},
	{CONN_END_NETWORK, "network error"},
	{CONN_END_AUTHENTICATION, "wrong password or login"},
	{CONN_END_CERTIFICATE, "encryption failed"},
	{CONN_END_NAME_IN_USE, "the name is in use"},
	{CONN_END_CERTIFICATE, "the server has no certificate"},
	{CONN_END_CERTIFICATE, "the server's certificate is not trusted"},
	{CONN_END_CERTIFICATE, "the server's certificate has expired"},
	{CONN_END_CERTIFICATE, "the server's certificate is not valid yet"},
	{CONN_END_CERTIFICATE, "the server's certificate is for another name"},
	{CONN_END_CERTIFICATE, "the server's certificate has another fingerprint"},
	{CONN_END_CERTIFICATE, "the server's certificate is self-signed"},
	{CONN_END_CERTIFICATE, "the server's certificate is not accepted"},
	{CONN_END_CERTIFICATE, "the server's certificate was revoked"},
};

enum conn_end tp_reason_end(guint32 reason)
{
	return reason < G_N_ELEMENTS(reason_rows) ? reason_rows[reason].end : CONN_END_NETWORK;
}

const char *tp_reason_words(guint32 reason)
{
	return reason < G_N_ELEMENTS(reason_rows) ? reason_rows[reason].words
						  : reason_rows[0].words;
}

bool conn_end_is_temporary(enum conn_end end)
{
	switch (end) {
	case CONN_END_NETWORK:
	case CONN_END_MANAGER:
		return true;
	case CONN_END_REQUESTED:
	case CONN_END_AUTHENTICATION:
	case CONN_END_NAME_IN_USE:
	case CONN_END_CERTIFICATE:
	case CONN_END_CONFIG:
	case CONN_END_BUS:
		return false;
	}
	return false;
}
