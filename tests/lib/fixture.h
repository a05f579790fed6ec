/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LIB_FIXTURE_H
#define TESTS_LIB_FIXTURE_H

#include "tests/lib/env.h"

/*
 * Steers the fixture manager (tests/fixture): a connection manager "fixture" with a protocol
 * "fixture" that does what a test wants and real servers do not do on request. The bus
 * activates it, again after it was killed (its state is then gone). Account parameters:
 * account (required), password, server, port (q), priority (n), contacts and online (u: a
 * roster to begin with), encrypt (b), extra-hosts (as).
 *
 * The account is the value of that parameter, or "" for the one used last. What a test sets
 * before the account connects is there when it does; after that it is announced. A chat is
 * the id of a contact or, when room is true, of a room; an incoming one is opened where
 * needed. What fails on the other side fails the running test.
 */

struct fixture;

/* Makes the manager activatable in this world. */
struct fixture *fixture_new(struct test_env *env);
void fixture_free(struct fixture *fixture);

/* Any control method, for what has no function here; see tests/fixture/control_script.c. */
GVariant *fixture_call(struct fixture *fixture, const char *method, GVariant *args);

/* Parameters for RequestConnection: a{sv} with account and, when not NULL, password. */
GVariant *fixture_params(const char *account, const char *password);

/* --- roster --- */

/* count contacts contact0000@fixture, … named "Contact 0000", … in "Group 0" to "Group 4", the
 * first online of them available. Before connecting. */
void fixture_set_roster(struct fixture *fixture, const char *account, unsigned count,
			unsigned online);

/* Adds or changes a contact; group may be NULL. subscribe and publish are subscription states
 * (1 no, 3 ask, 4 yes); publish 3 with a message is a subscription request. */
void fixture_set_contact(struct fixture *fixture, const char *account, const char *id,
			 const char *alias, const char *group, unsigned subscribe, unsigned publish,
			 const char *request);
void fixture_remove_contact(struct fixture *fixture, const char *account, const char *id);

/* status: offline, unknown, available, away, xa, dnd or hidden. */
void fixture_set_presence(struct fixture *fixture, const char *account, const char *id,
			  const char *status, const char *message);
void fixture_set_alias(struct fixture *fixture, const char *account, const char *id,
		       const char *alias);

/* What is told of somebody: "card" a(sasas), "clients" as, "place" a{sv}. Only our own card, under
 * the account's name, can be set; without a card there is an error. */
void fixture_set_person(struct fixture *fixture, const char *account, const char *id,
			const char *key, GVariant *fact);

/* Each search finds so many people, "person0@fixture", … called "Person 0", …; it fails when
 * fails_at (0: never) were found. Without people there is no directory. */
void fixture_set_directory(struct fixture *fixture, const char *account, unsigned people,
			   unsigned fails_at);

/* count presence changes, a signal each, going round the roster. */
void fixture_presence_storm(struct fixture *fixture, const char *account, unsigned count);

/* --- messages --- */

/* A message arrives. headers is an a{sv} that adds to or replaces what part 0 says (message-type u,
 * message-token s, message-sent and message-received x, scrollback b, …); NULL for none. */
void fixture_receive(struct fixture *fixture, const char *account, const char *chat, bool room,
		     const char *sender, const char *text, GVariant *headers);

/* A message of any parts, aa{sv}. */
void fixture_receive_parts(struct fixture *fixture, const char *account, const char *chat,
			   bool room, const char *sender, GVariant *parts);

/* Messages "message 1 of N" to "message N of N". */
void fixture_burst(struct fixture *fixture, const char *account, const char *chat, bool room,
		   const char *sender, unsigned count);

/* A contact's chat state: 0 gone, 1 inactive, 2 active, 3 paused, 4 composing. */
void fixture_chat_state(struct fixture *fixture, const char *account, const char *chat, bool room,
			const char *member, unsigned state);

/* A delivery report for a token: 1 delivered, 2 temporarily and 3 permanently failed, 4
 * accepted; error is a D-Bus error name or NULL. */
void fixture_delivery_report(struct fixture *fixture, const char *account, const char *chat,
			     const char *token, unsigned status, const char *error);

/* New chats have Text alone, without the Messages interface. */
void fixture_set_plain(struct fixture *fixture, const char *account, bool plain);

/* What was sent to a chat (NULL: any): texts, ended by NULL; g_strfreev(). Tokens of these
 * messages are "sent-0", "sent-1", … over all chats of the account. */
GStrv fixture_sent(struct fixture *fixture, const char *account, const char *chat);

/* Waits until count messages or more have been sent over all chats of the account. */
void fixture_wait_sent(struct fixture *fixture, const char *account, unsigned count);

/* How many messages of an open chat are not acknowledged yet. */
unsigned fixture_pending(struct fixture *fixture, const char *account, const char *chat, bool room);

/* Waits until that many are pending. */
void fixture_wait_pending(struct fixture *fixture, const char *account, const char *chat, bool room,
			  unsigned count);

/* --- rooms and other channels --- */

/* A member comes or goes; one who goes was kicked when actor is not NULL. Before the room is
 * open: who is in there when the user joins. The user's own id may be thrown out. */
void fixture_room_member(struct fixture *fixture, const char *account, const char *room,
			 const char *member, bool present, const char *actor, const char *message);

/* "member0000@fixture", … so many, are in a room when the user joins it. Some of them go, each with
 * a signal of its own. A member "nick=owner" (fixture_room_member()) has an owner that the room
 * tells. */
void fixture_fill_room(struct fixture *fixture, const char *account, const char *room,
		       unsigned count);
void fixture_split_room(struct fixture *fixture, const char *account, const char *room,
			unsigned count, const char *message);

/* What rooms that are opened from now on are like, a{sv} as text: subject s; password s: nobody
 * comes in without it; no-power b: the user may do nothing there; no-ban b: who is banned is only kicked; moderated b; conferences b: rooms
 * can be made of chats; corrections b: chats take them; sms u: chats may
 * go (1) or do go (2) by SMS. */
void fixture_set_rooms(struct fixture *fixture, const char *account, const char *facts);

/* How many rooms "room0@fixture" (0 members), "room1@fixture" (1), … a list of rooms holds; 0: it
 * never ends. */
void fixture_set_room_list(struct fixture *fixture, const char *account, unsigned count);

/* The user is invited to a room. */
void fixture_invite(struct fixture *fixture, const char *account, const char *room,
		    const char *inviter, const char *message);

/* Announces a channel of any type to a contact (handle type 1), a room (2) or nobody (0, id
 * ""); it can be closed and nothing else. properties is an a{sv} of further immutable ones
 * (NULL: none). Returns its path; g_free(). */
char *fixture_new_channel(struct fixture *fixture, const char *account, const char *channel_type,
			  unsigned handle_type, const char *id, GVariant *properties);

/* The manager closes an open chat. */
void fixture_close(struct fixture *fixture, const char *account, const char *chat, bool room);

/* Object path of an open chat; g_free(). */
char *fixture_channel(struct fixture *fixture, const char *account, const char *chat, bool room);

/* --- tubes --- */

/* How tubes with contacts work, a list of flags. Kinds of sockets that the manager has: "unix",
 * "unix-credentials", "ipv4", "ipv4-port". "no-caps": an offer fails and the channel closes.
 * "open-early": the state changes before Accept is answered. "unlink": the path that was offered is
 * removed at the end. "no-closed": that a connection is over is not told. As with Gabble there is one tube of a service with a contact, its end does
 * not arrive unless told to, IPv4 addresses are (su), and an offered tube is open with the first
 * connection. */
void fixture_set_tubes(struct fixture *fixture, const char *account, const char *const *flags);

/* A contact offers one; what programs send through it comes back. */
void fixture_offer_tube(struct fixture *fixture, const char *account, const char *contact,
			const char *service);

/* The contact accepts the last tube; closes it; connects to it, says something and waits for the
 * end of the answer, which is to be freed with g_free(). */
void fixture_open_tube(struct fixture *fixture, const char *account);
void fixture_close_tube(struct fixture *fixture, const char *account);
char *fixture_ask_tube(struct fixture *fixture, const char *account, const char *text);
/* …or with a program, a command line, that has the connection as its input and output. */
void fixture_serve_tube(struct fixture *fixture, const char *account, const char *command);

/* --- faults --- */

/* The next attempts to connect end with a D-Bus error, a text for people and a status reason
 * (2 network, 3 authentication, 5 name in use, …); error "" ends this. */
void fixture_connect_error(struct fixture *fixture, const char *account, const char *error,
			   const char *text, unsigned reason);

/* A connection ends so at once; error "" gives none. */
void fixture_drop(struct fixture *fixture, const char *account, const char *error, const char *text,
		  unsigned reason);

/* The only password that is right. An account without one is asked through a
 * ServerAuthentication channel. "" for none. */
void fixture_set_password(struct fixture *fixture, const char *account, const char *password);

/* Calls of a D-Bus method (its name without the interface, on any object) are not answered,
 * fail with an error, or are served again. */
void fixture_hang(struct fixture *fixture, const char *method);
void fixture_fail(struct fixture *fixture, const char *method, const char *error);
void fixture_heal(struct fixture *fixture, const char *method);

/* How often a D-Bus method was called; the arguments of the last call as text ("" when there
 * was none; g_free()); waiting until there were that many calls or more. */
unsigned fixture_count_calls(struct fixture *fixture, const char *method);
char *fixture_last_call(struct fixture *fixture, const char *method);
void fixture_wait_calls(struct fixture *fixture, const char *method, unsigned count);

/* Bus name and object path of an account's connection; its status (2 when there is none). The
 * strings may be NULL; g_free(). */
unsigned fixture_connection(struct fixture *fixture, const char *account, char **name, char **path);

/* Emits any signal with any arguments (a tuple) from the manager's bus name. A path that
 * begins with "+" is appended to the connection's own. */
void fixture_emit(struct fixture *fixture, const char *account, const char *path,
		  const char *interface, const char *member, GVariant *args);

/* The manager exits, or aborts; returns once its bus name is free. */
void fixture_exit(struct fixture *fixture, int status);
void fixture_abort(struct fixture *fixture);

#endif
