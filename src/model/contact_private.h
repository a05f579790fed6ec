/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What account.c needs of contact.c. */

struct account;
struct contact;

/* Known to @account, whose table takes the reference; presence unknown, on no roster. */
struct contact *contact_new(struct account *account, const char *id);
/* It has left its account, which has taken its rows: tells CONTACT_REMOVED and drops the
 * table's reference. */
void contact_detach(struct contact *contact);
