/* One folder and one uid per database, so that the file system itself keeps them apart:
 *   DIR/keys/                                    keeper
 *   DIR/platform/control.db                      control worker
 *   DIR/audit/audit.db                           the installation's recorder
 *   DIR/tenants/{t}/directory/directory.db       identity worker
 *   DIR/tenants/{t}/audit/audit.db, {log}/       recorder
 *   DIR/tenants/{t}/environments/{e}/environment.db   data worker
 * The next free uid stands in DIR/uid.next; a folder's owner is the only record of who has which. */
#include "proc/supervisor.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/file.h"

enum { UID_KEEPER = 0, UID_CONTROL, UID_AUDIT, UID_EDGE, UID_HASHER, UID_FIRST_DATABASE = 16, UID_COUNT = 60000 };

static void text_of(const struct uuid *id, char out[static UUID_TEXT_LEN + 1])
{
	uuid_format(id, out);
}

void place_path(const struct supervisor *s, const struct worker_name *name, char *out, size_t size)
{
	char tenant[UUID_TEXT_LEN + 1], environment[UUID_TEXT_LEN + 1];
	text_of(&name->tenant, tenant);
	text_of(&name->environment, environment);
	switch (name->role) {
	case ROLE_KEEPER:
		snprintf(out, size, "%s/keys/keys.store", s->folder);
		return;
	case ROLE_CONTROL:
		snprintf(out, size, "%s/platform/control.db", s->folder);
		return;
	case ROLE_IDENTITY:
		snprintf(out, size, "%s/tenants/%s/directory/directory.db", s->folder, tenant);
		return;
	case ROLE_DATA:
		snprintf(out, size, "%s/tenants/%s/environments/%s/environment.db", s->folder, tenant, environment);
		return;
	case ROLE_RECORDER:
		if (uuid_is_nil(&name->tenant))
			snprintf(out, size, "%s/audit/audit.db", s->folder);
		else
			snprintf(out, size, "%s/tenants/%s/audit/audit.db", s->folder, tenant);
		return;
	default:
		out[0] = '\0';
	}
}

static err take_uid(struct supervisor *s, uid_t *out)
{
	char path[PATH_TEXT_MAX + 16], text[24];
	uint64_t next = s->config.uid_base + UID_FIRST_DATABASE;
	struct arena *arena = arena_new(8192);
	bytes raw;
	if (!arena)
		FAIL(ERR_LIMIT, "no memory");
	snprintf(path, sizeof path, "%s/uid.next", s->folder);
	err e = file_read(path, 64, arena, &raw);
	if (!failed(e) && !str_to_u64(str_trim(str_of_bytes(raw)), &next))
		e = ERR(ERR_CORRUPT, "uid.next does not hold a number");
	else if (err_kind_of(e) == ERR_NOT_FOUND)
		e = OK;
	arena_free(arena);
	TRY(e);
	if (next >= (uint64_t)s->config.uid_base + UID_COUNT)
		FAIL(ERR_LIMIT, "the range of uids is used up");
	snprintf(text, sizeof text, "%llu", (unsigned long long)next + 1);
	TRY(file_write(path, bytes_of_str(str_of(text)), 0600));
	*out = (uid_t)next;
	return OK;
}

/* A folder with an owner of its own. One that is there already keeps its owner. */
static err make_owned(struct supervisor *s, const char *path)
{
	struct stat info;
	uid_t uid;
	TRY(folder_make(path, 0700));
	if (!s->root)
		return OK;
	if (stat(path, &info) != 0)
		return err_of_errno(errno);
	if (info.st_uid != 0)
		return OK;
	TRY(take_uid(s, &uid));
	if (chown(path, uid, uid) != 0)
		return err_of_errno(errno);
	return OK;
}

/* A folder that everybody may pass through and nobody list. */
static err make_passage(const char *path)
{
	TRY(folder_make(path, 0711));
	if (chmod(path, 0711) != 0)
		return err_of_errno(errno);
	return OK;
}

err place_make(struct supervisor *s, const struct uuid *tenant, const struct uuid *environment)
{
	char text[UUID_TEXT_LEN + 1], path[PATH_TEXT_MAX * 2];
	int len;
	if (uuid_is_nil(tenant))
		FAIL(ERR_INVALID, "a place without a tenant");
	text_of(tenant, text);
	len = snprintf(path, sizeof path, "%s/tenants/%s", s->folder, text);
	TRY(make_passage(path));
	if (uuid_is_nil(environment)) {
		snprintf(path + len, sizeof path - (size_t)len, "/directory");
		TRY(make_owned(s, path));
		snprintf(path + len, sizeof path - (size_t)len, "/audit");
		return make_owned(s, path);
	}
	snprintf(path + len, sizeof path - (size_t)len, "/environments");
	TRY(make_passage(path));
	text_of(environment, text);
	snprintf(path + len, sizeof path - (size_t)len, "/environments/%s", text);
	return make_owned(s, path);
}

static const struct {
	enum process_role role;
	uint32_t offset;
	const char *folder;
} fixed[] = {
	{ ROLE_KEEPER, UID_KEEPER, "keys" },
	{ ROLE_CONTROL, UID_CONTROL, "platform" },
	{ ROLE_EDGE, UID_EDGE, NULL },
	{ ROLE_HASHER, UID_HASHER, NULL },
};

err place_uid(const struct supervisor *s, const struct process *p, uid_t *out)
{
	char path[PATH_TEXT_MAX * 2];
	struct stat info;
	*out = 0;
	if (!s->root)
		return OK;
	for (size_t i = 0; i < COUNT_OF(fixed); i++) {
		if (fixed[i].role == p->name.role) {
			*out = (uid_t)(s->config.uid_base + fixed[i].offset);
			return OK;
		}
	}
	place_path(s, &p->name, path, sizeof path);
	char *slash = strrchr(path, '/');
	if (!slash)
		FAIL(ERR_INTERNAL, "a worker without a place");
	*slash = '\0';
	if (stat(path, &info) != 0)
		return err_of_errno(errno);
	if (info.st_uid < s->config.uid_base || info.st_uid >= s->config.uid_base + UID_COUNT)
		FAIL(ERR_CORRUPT, "a database folder whose owner is not one of ours");
	*out = info.st_uid;
	return OK;
}

/* init runs before the uids are known and leaves root's files in the keeper's folder: they become its own here. */
static err give_folder(struct supervisor *s, const char *name, uid_t uid)
{
	static const char *const files[] = { "", "/keys.store", "/keys.journal", "/root.key", "/root.passphrase" };
	char path[PATH_TEXT_MAX + 64];
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		snprintf(path, sizeof path, "%s/%s%s", s->folder, name, files[i]);
		if (lchown(path, uid, uid) != 0 && errno != ENOENT)
			return err_of_errno(errno);
	}
	return OK;
}

err place_make_installation(struct supervisor *s)
{
	static const char *const passages[] = { "tenants", "tls" };
	char path[PATH_TEXT_MAX + 64];
	TRY(make_passage(s->folder));
	for (size_t i = 0; i < COUNT_OF(passages); i++) {
		snprintf(path, sizeof path, "%s/%s", s->folder, passages[i]);
		TRY(make_passage(path));
	}
	for (size_t i = 0; i < COUNT_OF(fixed); i++) {
		if (!fixed[i].folder)
			continue;
		snprintf(path, sizeof path, "%s/%s", s->folder, fixed[i].folder);
		TRY(folder_make(path, 0700));
		if (s->root)
			TRY(give_folder(s, fixed[i].folder, (uid_t)(s->config.uid_base + fixed[i].offset)));
	}
	snprintf(path, sizeof path, "%s/audit", s->folder);
	TRY(folder_make(path, 0700));
	if (s->root && chown(path, (uid_t)(s->config.uid_base + UID_AUDIT), (gid_t)(s->config.uid_base + UID_AUDIT)) != 0)
		return err_of_errno(errno);
	snprintf(path, sizeof path, "%s/run", s->folder);
	return make_passage(path);
}
