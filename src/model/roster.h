/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The rows of an account's roster, for account.c and contact.c only. Rows are found again by
 * the iterators that a contact keeps, so every change costs O(log n). Nothing here tells
 * events.
 */

#include <stdbool.h>

struct account;
struct contact;

void roster_init(struct account *account);
void roster_clear(struct account *account);

/* Takes out all rows at once; the contacts no longer have any. */
void roster_drop_all(struct account *account);
/* Gives the contact the rows it should have now: none, one, or one a group. Call it after
 * groups, on_roster or chat changed. */
void roster_sync(struct contact *contact);
/* Something that rows are sorted by changed. */
void roster_resort(struct contact *contact);
void roster_resort_all(struct account *account);
/* The contact, which has rows, came online or went, or the like: counts in its headings. */
void roster_count(struct contact *contact, int online, int total);
