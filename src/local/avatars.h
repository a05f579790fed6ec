/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_AVATARS_H
#define LOCAL_AVATARS_H

#include "src/local/connection.h"

/* Connection.Interface.Avatars: small pictures. Managers tell each other tokens, which are hashes
 * of the image, and send an image to who asks for it. Nothing is kept beyond the connection. */

#define AVATAR_MAX 65536 /* bytes */

void avatars_iface_init(void *iface, void *data);
void avatars_class_init(LocalConnectionClass *klass);
void avatars_init(LocalConnection *connection);
void avatars_clear(LocalConnection *connection);

void avatars_introduce(struct contact *contact);
void avatars_frame(struct contact *contact, enum frame_kind kind, GVariant *payload);

#endif
