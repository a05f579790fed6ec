/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/tubes.h"
#include "src/local/manager.h"
struct _LocalTubes {
	LocalManager parent;
};
typedef struct {
	LocalManagerClass parent;
} LocalTubesClass;
G_DEFINE_TYPE(LocalTubes, local_tubes, local_manager_get_type())
static void local_tubes_init(LocalTubes *self)
{
}
static void local_tubes_class_init(LocalTubesClass *klass)
{
	static const struct manager_class classes[] = {{NULL, 0, NULL, NULL}};
	((LocalManagerClass *)klass)->classes = classes;
}
LocalTubes *tubes_new(LocalConnection *c)
{
	return manager_new(local_tubes_get_type(), c);
}
void tubes_frame(LocalTubes *tubes, struct contact *contact, enum frame_kind kind,
		 GVariant *payload)
{
}
bool tubes_stream(LocalTubes *tubes, struct contact *contact, guint64 stream, guint32 connection,
		  int fd)
{
	return false;
}
void tubes_contact_gone(LocalTubes *tubes, struct contact *contact)
{
}
void tubes_room_came(LocalTubes *tubes, struct contact *contact, const char *room)
{
}
void tubes_room_went(LocalTubes *tubes, struct contact *contact, const char *room)
{
}
