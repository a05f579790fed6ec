/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/local/files.h"
#include "src/local/manager.h"
struct _LocalFiles {
	LocalManager parent;
};
typedef struct {
	LocalManagerClass parent;
} LocalFilesClass;
G_DEFINE_TYPE(LocalFiles, local_files, local_manager_get_type())
static void local_files_init(LocalFiles *self)
{
}
static void local_files_class_init(LocalFilesClass *klass)
{
	static const struct manager_class classes[] = {{NULL, 0, NULL, NULL}};
	((LocalManagerClass *)klass)->classes = classes;
}
LocalFiles *files_new(LocalConnection *c)
{
	return manager_new(local_files_get_type(), c);
}
void files_frame(LocalFiles *files, struct contact *contact, enum frame_kind kind,
		 GVariant *payload)
{
}
bool files_stream(LocalFiles *files, struct contact *contact, guint64 stream, int fd)
{
	return false;
}
void files_contact_gone(LocalFiles *files, struct contact *contact)
{
}
