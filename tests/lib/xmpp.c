/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/xmpp.h"
#include "tests/lib/env.h"
#include "tests/lib/line_io.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <stdio.h>
#include <string.h>

struct xmpp_peer {
	struct line_io *io;
	char *id;
	GPtrArray *stanzas;
	GString *seen; /* the end of what came, to show when a wait fails */
};

/* --- stanzas out of a stream --- */

/* Length of the tag that begins at text, 0 when its end has not come yet. */
static gsize tag_length(const char *text)
{
	char quote = 0;

	for (gsize i = 1; text[i]; i++) {
		if (quote)
			quote = text[i] == quote ? 0 : quote;
		else if (text[i] == '"' || text[i] == '\'')
			quote = text[i];
		else if (text[i] == '>')
			return i + 1;
	}
	return 0;
}

/* Length of the first complete top-level element of the stream, stream header and other
 * lone tags included; 0 when there is none yet. */
static gsize stanza_length(const char *text)
{
	gsize at = 0;
	int depth = 0;

	while (text[at]) {
		const char *tag = strchr(text + at, '<');
		gsize len = tag ? tag_length(tag) : 0;

		if (!len)
			return 0;
		at = (gsize)(tag - text) + len;
		if (tag[1] == '?' || tag[1] == '!')
			continue;
		if (g_str_has_prefix(tag, "<stream:stream") || g_str_has_prefix(tag, "</stream:"))
			return at;
		if (tag[1] == '/')
			depth--;
		else if (tag[len - 2] != '/')
			depth++;
		if (depth == 0)
			return at;
	}
	return 0;
}

static char *attribute(const char *stanza, const char *name)
{
	gsize len = tag_length(stanza);
	g_autofree char *tag = g_strndup(stanza, len);
	g_autofree char *pattern = g_strdup_printf(" %s=", name);
	const char *at = strstr(tag, pattern), *end;

	if (!at)
		return NULL;
	at += strlen(pattern);
	end = strchr(at + 1, *at);
	return end ? g_strndup(at + 1, (gsize)(end - at - 1)) : NULL;
}

/* Answers questions that managers' and servers' libraries wait for. Returns whether it did. */
static bool answer(struct xmpp_peer *peer, const char *stanza)
{
	g_autofree char *type = NULL, *from = NULL, *id = NULL;

	if (!g_str_has_prefix(stanza, "<iq"))
		return false;
	type = attribute(stanza, "type");
	if (g_strcmp0(type, "get") != 0)
		return false;
	from = attribute(stanza, "from");
	id = attribute(stanza, "id");
	if (strstr(stanza, "urn:xmpp:ping"))
		xmpp_send(peer, "<iq type='result' to='%s' id='%s'/>", from, id);
	else
		xmpp_send(peer,
			  "<iq type='error' to='%s' id='%s'><error type='cancel'>"
			  "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
			  "</error></iq>",
			  from ? from : TEST_XMPP_DOMAIN, id);
	return true;
}

static void on_bytes(GString *buffer, void *data)
{
	struct xmpp_peer *peer = data;
	gsize len;

	while ((len = stanza_length(buffer->str))) {
		const char *start = strchr(buffer->str, '<');
		g_autofree char *stanza = g_strndup(start, len - (gsize)(start - buffer->str));

		g_string_erase(buffer, 0, (gssize)len);
		g_string_append_printf(peer->seen, "%.2000s\n", stanza);
		if (peer->seen->len > 20000)
			g_string_erase(peer->seen, 0, 10000);
		if (!answer(peer, stanza))
			g_ptr_array_add(peer->stanzas, g_steal_pointer(&stanza));
	}
}

/* --- waiting --- */

struct stanza_wait {
	struct xmpp_peer *peer;
	xmpp_match_fn match;
	void *data;
	guint next;
	char *found;
};

static bool stanza_has_come(void *data)
{
	struct stanza_wait *w = data;
	GPtrArray *stanzas = w->peer->stanzas;

	for (; w->next < stanzas->len; w->next++)
		if (w->match(g_ptr_array_index(stanzas, w->next), w->data)) {
			w->found = g_ptr_array_steal_index(stanzas, w->next);
			return true;
		}
	return line_io_is_closed(w->peer->io);
}

char *xmpp_wait(struct xmpp_peer *peer, xmpp_match_fn match, void *data)
{
	struct stanza_wait w = {.peer = peer, .match = match, .data = data};

	test_wait_until(stanza_has_come, &w, TEST_WAIT_MS);
	if (!w.found) {
		fprintf(stderr, "%s saw last:\n%s\n", peer->id, peer->seen->str);
		test_fail("the stanza did not come");
	}
	return w.found;
}

static bool has_all(const char *stanza, void *data)
{
	const char *const *texts = data;

	for (int i = 0; texts[i]; i++)
		if (!strstr(stanza, texts[i]))
			return false;
	return true;
}

char *xmpp_wait_text(struct xmpp_peer *peer, const char *text, ...)
{
	const char *texts[16] = {text};
	va_list args;

	va_start(args, text);
	for (int i = 1; i < 15 && texts[i - 1]; i++)
		texts[i] = va_arg(args, const char *);
	va_end(args);
	return xmpp_wait(peer, has_all, texts);
}

static void expect(struct xmpp_peer *peer, const char *text)
{
	g_free(xmpp_wait_text(peer, text, NULL));
}

int xmpp_count(struct xmpp_peer *peer, const char *text)
{
	int count = 0;

	test_wait_drain();
	for (guint i = 0; i < peer->stanzas->len; i++)
		if (strstr(g_ptr_array_index(peer->stanzas, i), text))
			count++;
	return count;
}

void xmpp_forget(struct xmpp_peer *peer)
{
	test_wait_drain();
	g_ptr_array_set_size(peer->stanzas, 0);
}

/* --- the session --- */

static void open_stream(struct xmpp_peer *peer)
{
	xmpp_send(peer, "<?xml version='1.0'?><stream:stream to='" TEST_XMPP_DOMAIN
			"' version='1.0' xmlns='jabber:client' "
			"xmlns:stream='http://etherx.jabber.org/streams'>");
	expect(peer, "<stream:features");
}

static void log_in(struct xmpp_peer *peer, const char *user, const char *password)
{
	gsize user_len = strlen(user), len = user_len + strlen(password) + 2;
	g_autofree guchar *plain = g_malloc0(len + 1);
	g_autofree char *text = NULL;

	memcpy(plain + 1, user, user_len);
	memcpy(plain + user_len + 2, password, len - user_len - 2);
	text = g_base64_encode(plain, len);
	xmpp_send(peer,
		  "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>%s</auth>",
		  text);
	expect(peer, "<success");
}

struct xmpp_peer *xmpp_peer_new(int port, const char *user, const char *password)
{
	struct xmpp_peer *peer = g_new0(struct xmpp_peer, 1);

	peer->stanzas = g_ptr_array_new_with_free_func(g_free);
	peer->seen = g_string_new(NULL);
	peer->id = g_strdup_printf("%s@" TEST_XMPP_DOMAIN "/peer", user);
	peer->io = line_io_new(port, on_bytes, peer);
	open_stream(peer);
	log_in(peer, user, password);
	open_stream(peer);
	xmpp_send(peer, "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
			"<resource>peer</resource></bind></iq>");
	expect(peer, "</jid>");
	xmpp_send(peer, "<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>");
	expect(peer, "jabber:iq:roster");
	xmpp_forget(peer);
	return peer;
}

void xmpp_peer_free(struct xmpp_peer *peer)
{
	if (!peer)
		return;
	xmpp_send(peer, "</stream:stream>");
	line_io_free(peer->io);
	g_ptr_array_unref(peer->stanzas);
	g_string_free(peer->seen, TRUE);
	g_free(peer->id);
	g_free(peer);
}

const char *xmpp_peer_id(const struct xmpp_peer *peer)
{
	return peer->id;
}

/* --- sending --- */

void xmpp_send_raw(struct xmpp_peer *peer, const char *bytes, long len)
{
	line_io_send(peer->io, bytes, (gsize)len);
}

void xmpp_send(struct xmpp_peer *peer, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	line_io_send(peer->io, text, strlen(text));
}

char *xmpp_escape(const char *text)
{
	GString *out = g_string_new(NULL);

	for (; *text; text++) {
		if (*text == '&')
			g_string_append(out, "&amp;");
		else if (*text == '<')
			g_string_append(out, "&lt;");
		else if (*text == '>')
			g_string_append(out, "&gt;");
		else if (*text == '"')
			g_string_append(out, "&quot;");
		else if (*text == '\'')
			g_string_append(out, "&apos;");
		else
			g_string_append_c(out, *text);
	}
	return g_string_free(out, FALSE);
}

void xmpp_presence(struct xmpp_peer *peer, const char *show, const char *status)
{
	g_autofree char *text = xmpp_escape(status ? status : "");
	g_autoptr(GString) out = g_string_new("<presence>");

	if (show)
		g_string_append_printf(out, "<show>%s</show>", show);
	if (status)
		g_string_append_printf(out, "<status>%s</status>", text);
	g_string_append(out, "</presence>");
	line_io_send(peer->io, out->str, out->len);
}

void xmpp_presence_type(struct xmpp_peer *peer, const char *to, const char *type)
{
	if (to)
		xmpp_send(peer, "<presence to='%s' type='%s'/>", to, type);
	else
		xmpp_send(peer, "<presence type='%s'/>", type);
}

void xmpp_message(struct xmpp_peer *peer, const char *to, const char *id, const char *body)
{
	g_autofree char *text = xmpp_escape(body);
	g_autofree char *attr = id ? g_strdup_printf(" id='%s'", id) : g_strdup("");

	xmpp_send(peer, "<message type='chat' to='%s'%s><body>%s</body></message>", to, attr, text);
}

void xmpp_chat_state(struct xmpp_peer *peer, const char *to, const char *state)
{
	xmpp_send(peer,
		  "<message type='chat' to='%s'>"
		  "<%s xmlns='http://jabber.org/protocol/chatstates'/></message>",
		  to, state);
}

void xmpp_room_join(struct xmpp_peer *peer, const char *room, const char *nick)
{
	xmpp_send(peer,
		  "<presence to='%s/%s'><x xmlns='http://jabber.org/protocol/muc'/></presence>",
		  room, nick);
	g_free(xmpp_wait_text(peer, "<presence", room, "code='110'", NULL));
}

void xmpp_room_message(struct xmpp_peer *peer, const char *room, const char *body)
{
	g_autofree char *text = xmpp_escape(body);

	xmpp_send(peer, "<message type='groupchat' to='%s'><body>%s</body></message>", room, text);
}
