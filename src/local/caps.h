/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOCAL_CAPS_H
#define LOCAL_CAPS_H

#include "src/local/connection.h"

/*
 * Connection.Interface.ContactCapabilities and ClientTypes. Whoever is here can be talked to and
 * offered tubes. The services that a contact's clients wait for, and files when one takes them,
 * are told by its manager; ours are told to all, for as long as the client that announced them
 * is on the bus.
 */

void caps_iface_init(void *iface, void *data);
void client_types_iface_init(void *iface, void *data);
void caps_init(LocalConnection *connection);
void caps_clear(LocalConnection *connection);

void caps_introduce(struct contact *contact);
void caps_frame(struct contact *contact, GVariant *payload);

void caps_contact_gone(struct contact *contact);

#endif
