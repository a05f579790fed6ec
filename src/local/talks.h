/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_TALKS_H
#define LOCAL_TALKS_H

#include "src/local/chat.h"

/*
 * Conversations with one contact, and the frames of all conversations: what belongs to a room is
 * handed on to rooms.c. A message is delivered when the other manager has it pending and has
 * said so, and has failed when the link ends before.
 */

GType local_talks_get_type(void);
LocalTalks *talks_new(LocalConnection *connection);

/* Table for what was sent to a contact and has no result yet. */
GHashTable *talks_sent_new(void);

void talks_frame(LocalTalks *talks, struct contact *contact, enum frame_kind kind,
		 GVariant *payload);
void talks_contact_gone(LocalTalks *talks, struct contact *contact);

#endif
