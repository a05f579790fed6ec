/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/xmpp_world.h"
#include "tests/lib/line_io.h"
#include "tests/lib/proc.h"
#include "tests/lib/test.h"
#include "tests/lib/wait.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOTS   "bots." TEST_XMPP_DOMAIN
#define SECRET "secret"

enum { START_MS = 10000 };

/* No limits on stanzas: it is the client that is measured. */
static const char config_text[] =
	"run_as_root = true\n"
	"data_path = \"%s/prosody\"\n"
	"certificates = \"prosody\"\n"
	"plugin_paths = {}\n"
	"log = { { levels = { min = \"info\" }, to = \"console\" } }\n"
	"modules_enabled = { \"roster\", \"saslauth\", \"disco\", \"presence\", \"message\",\n"
	" \"iq\", \"c2s\", \"ping\", \"pep\", \"private\", \"vcard_legacy\", \"blocklist\" }\n"
	"modules_disabled = { \"s2s\", \"tls\", \"limits\" }\n"
	"interfaces = { \"127.0.0.1\" }\n"
	"c2s_ports = { %d }\n"
	"component_ports = { %d }\n"
	"component_interfaces = { \"127.0.0.1\" }\n"
	"c2s_direct_tls_ports = {}\n"
	"s2s_ports = {}\n"
	"http_ports = {}\n"
	"https_ports = {}\n"
	"authentication = \"internal_plain\"\n"
	"storage = \"internal\"\n"
	"allow_unencrypted_plain_auth = true\n"
	"c2s_require_encryption = false\n"
	"VirtualHost \"" TEST_XMPP_DOMAIN "\"\n"
	"Component \"" BOTS "\"\n"
	" component_secret = \"" SECRET "\"\n";

struct xmpp_world {
	pid_t pid;
	int port, component_port;
	int online;
	int probes; /* answered with a presence */
	bool bob_told;
	bool accepted;
	struct line_io *component;
};

/* --- the component --- */

static void send_text(struct xmpp_world *world, const char *text)
{
	line_io_send(world->component, text, strlen(text));
}

static char *attribute(const char *tag, const char *name)
{
	g_autofree char *pattern = g_strdup_printf(" %s='", name);
	const char *at = strstr(tag, pattern), *end;

	if (!at)
		return NULL;
	at += strlen(pattern);
	end = strchr(at, '\'');
	return end ? g_strndup(at, (gsize)(end - at)) : NULL;
}

static void on_probe(struct xmpp_world *world, const char *contact)
{
	g_autofree char *text =
		g_strdup_printf("<presence from='%s/x' to='" XMPP_WORLD_ID "'/>", contact);

	if (!strcmp(contact, XMPP_WORLD_PEER))
		world->bob_told = true;
	else if (contact[0] == 'c' && atoi(contact + 1) < world->online)
		world->probes++;
	else
		return;
	send_text(world, text);
}

static void on_question(struct xmpp_world *world, const char *tag)
{
	g_autofree char *type = attribute(tag, "type"), *id = attribute(tag, "id");
	g_autofree char *from = attribute(tag, "from"), *to = attribute(tag, "to");
	g_autofree char *text = NULL;

	if (g_strcmp0(type, "get") != 0 || !id || !from || !to)
		return;
	text = g_strdup_printf("<iq type='error' id='%s' from='%s' to='%s'><error type='cancel'>"
			       "<service-unavailable "
			       "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
			       id, to, from);
	send_text(world, text);
}

static void on_stream(struct xmpp_world *world, const char *tag)
{
	g_autofree char *id = attribute(tag, "id");
	g_autofree char *secret = g_strconcat(id ? id : "", SECRET, NULL);
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA1, secret, -1);
	g_autofree char *text = g_strdup_printf("<handshake>%s</handshake>", sum);

	send_text(world, text);
}

static void on_tag(struct xmpp_world *world, const char *tag)
{
	g_autofree char *type = NULL, *to = NULL;

	if (g_str_has_prefix(tag, "<stream:stream"))
		on_stream(world, tag);
	else if (g_str_has_prefix(tag, "<handshake"))
		world->accepted = true;
	else if (g_str_has_prefix(tag, "<iq "))
		on_question(world, tag);
	else if (g_str_has_prefix(tag, "<presence ")) {
		type = attribute(tag, "type");
		to = attribute(tag, "to");
		if (to && g_strcmp0(type, "probe") == 0)
			on_probe(world, to);
	}
}

/* Tags are enough here: nothing that is asked needs what is inside an element. */
static void on_bytes(GString *buffer, void *data)
{
	struct xmpp_world *world = data;
	char *at = buffer->str, *end;

	while ((end = strchr(at, '>'))) {
		char *start = memchr(at, '<', (size_t)(end - at));

		*end = '\0';
		if (start)
			on_tag(world, start);
		at = end + 1;
	}
	g_string_erase(buffer, 0, at - buffer->str);
}

static bool is_accepted(void *data)
{
	return ((struct xmpp_world *)data)->accepted;
}

static void connect_component(struct xmpp_world *world)
{
	world->component = line_io_new(world->component_port, on_bytes, world);
	send_text(world, "<?xml version='1.0'?><stream:stream to='" BOTS "' "
			 "xmlns='jabber:component:accept' "
			 "xmlns:stream='http://etherx.jabber.org/streams'>");
	if (!test_wait_until(is_accepted, world, START_MS))
		test_fail("prosody does not accept the component");
}

/* --- the server --- */

static void write_roster(struct test_env *env, int contacts)
{
	g_autoptr(GString) data = g_string_new("return { [false] = { [\"version\"] = 1 };\n");

	for (int i = -1; i < contacts; i++) {
		g_autofree char *id =
			i < 0 ? g_strdup(XMPP_WORLD_PEER) : g_strdup_printf("c%04d@" BOTS, i);

		g_string_append_printf(data,
				       "[\"%s\"] = { [\"subscription\"] = \"both\"; "
				       "[\"groups\"] = {}; };\n",
				       id);
	}
	g_string_append(data, "};\n");
	test_env_write(env, "prosody/" TEST_XMPP_DOMAIN "/roster/" XMPP_WORLD_USER ".dat",
		       data->str);
	test_env_write(env, "prosody/" TEST_XMPP_DOMAIN "/accounts/" XMPP_WORLD_USER ".dat",
		       "return { [\"password\"] = \"" XMPP_WORLD_PASSWORD "\" };\n");
}

static void start_prosody(struct xmpp_world *world, struct test_env *env)
{
	g_autofree char *path = test_env_path(env, "prosody.cfg.lua");
	g_autofree char *log = test_env_path(env, "prosody.log");
	g_autofree char *client = NULL, *component = NULL, *config = NULL;
	char *argv[] = {"prosody", "-F", "--config", path, NULL};

	world->port = test_free_port();
	do
		world->component_port = test_free_port();
	while (world->component_port == world->port);
	config =
		g_strdup_printf(config_text, test_env_dir(env), world->port, world->component_port);
	test_env_write(env, "prosody.cfg.lua", config);
	client = g_strdup_printf("[127.0.0.1]:%d", world->port);
	component = g_strdup_printf("[127.0.0.1]:%d", world->component_port);
	world->pid = test_proc_start(argv, NULL, log);
	if (world->pid < 0 || test_wait_file(log, 0, client, START_MS) < 0 ||
	    test_wait_file(log, 0, component, START_MS) < 0)
		test_fail("prosody did not start");
}

struct xmpp_world *xmpp_world_new(struct test_env *env, int contacts, int online)
{
	struct xmpp_world *world = g_new0(struct xmpp_world, 1);

	world->online = online;
	write_roster(env, contacts);
	start_prosody(world, env);
	connect_component(world);
	return world;
}

void xmpp_world_free(struct xmpp_world *world)
{
	if (!world)
		return;
	line_io_free(world->component);
	test_proc_stop(world->pid, NULL);
	g_free(world);
}

int xmpp_world_port(const struct xmpp_world *world)
{
	return world->port;
}

bool xmpp_world_is_ready(const struct xmpp_world *world)
{
	return world->bob_told && world->probes >= world->online;
}

static void say(struct xmpp_world *world, const char *id, const char *text)
{
	g_autofree char *stanza = g_strdup_printf(
		"<message type='chat' from='%s/x' to='" XMPP_WORLD_ID "'><body>%s</body></message>",
		id, text);

	send_text(world, stanza);
}

void xmpp_world_say(struct xmpp_world *world, const char *text)
{
	say(world, XMPP_WORLD_PEER, text);
}

void xmpp_world_say_from(struct xmpp_world *world, int contact, const char *text)
{
	g_autofree char *id = g_strdup_printf("c%04d@" BOTS, contact);

	say(world, id, text);
}

void xmpp_world_storm(struct xmpp_world *world, int count)
{
	g_autoptr(GString) out = g_string_new(NULL);

	for (int i = 0; i < count; i++) {
		bool away = i / world->online % 2 == 0;

		g_string_append_printf(out,
				       "<presence from='c%04d@" BOTS "/x' to='" XMPP_WORLD_ID "'>"
				       "%s</presence>",
				       i % world->online, away ? "<show>away</show>" : "");
	}
	line_io_send(world->component, out->str, out->len);
}
