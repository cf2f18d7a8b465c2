#include "audit_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "audit/event.h"
#include "audit/sql_catalog.h"
#include "host/random.h"
#include "ipc/channel.h"
#include "ipc/database_id.h"
#include "keys/keeper.h"
#include "keys/root.h"

static int64_t now_ms(void)
{
	return clock_now(&clock_system).ms;
}

/* --- the keeper's process --- */

enum { CLIENTS_MAX = 256 };

static void answer(struct keeper *keeper, const struct channel_binding *who, int fd)
{
	static uint8_t request[CHANNEL_MESSAGE_BYTES_MAX], out[KEEPER_ANSWER_BYTES_MAX];
	size_t len, out_len;
	bool refused;
	if (failed(channel_receive(fd, request, sizeof request, &len, NULL)) || len == 0)
		return;
	keeper_answer(keeper, who, bytes_of(request, len), out, &out_len, &refused);
	(void)!failed(channel_send(fd, bytes_of(out, out_len), NULL));
}

NORETURN static void serve(struct keeper *keeper, const struct channel_binding *who, int control)
{
	struct pollfd fds[CLIENTS_MAX] = { { control, POLLIN, 0 } };
	nfds_t count = 1;
	for (;;) {
		if (poll(fds, count, -1) < 0)
			_exit(1);
		for (nfds_t i = 1; i < count; i++) {
			if (fds[i].revents & POLLIN)
				answer(keeper, who, fds[i].fd);
			if (fds[i].revents & POLLHUP) {
				close(fds[i].fd);
				fds[i].fd = -1;
			}
		}
		if (fds[0].revents & POLLIN) {
			struct channel_fds got = { .count = 0 };
			uint8_t raw[8];
			size_t len;
			if (failed(channel_receive(control, raw, sizeof raw, &len, &got)) || len == 0 || count == CLIENTS_MAX)
				_exit(0);
			fds[count++] = (struct pollfd){ got.fd[0], POLLIN, 0 };
		} else if (fds[0].revents) {
			_exit(0);
		}
	}
}

static void ensure(err e)
{
	if (failed(e))
		fail_msg("%s (%s:%d)", err_why(e), e.site->file, e.site->line);
}

static struct keeper *make_keeper(const struct audit_fixture *f)
{
	char root_path[128], store_path[128], issuer[128], id[UUID_TEXT_LEN + 1];
	struct wrapping_key root;
	struct keeper *keeper;
	struct uuid database = database_id_of(ROLE_RECORDER, &f->tenant, &f->environment);
	snprintf(root_path, sizeof root_path, "%s/root.key", f->folder);
	snprintf(store_path, sizeof store_path, "%s/keys.store", f->folder);
	uuid_format(&f->tenant, id);
	snprintf(issuer, sizeof issuer, "https://test:8443/%s/v2.0", id);
	ensure(root_file_create(root_path));
	ensure(root_file_open(root_path, &root));
	ensure(key_store_create(store_path, &root));
	ensure(keeper_open(store_path, &root, now_ms, &keeper));
	ensure(keeper_create_tenant(keeper, &f->tenant, str_of(issuer)));
	ensure(keeper_create_database(keeper, &f->tenant, &database));
	ensure(keeper_create_database(keeper, &f->tenant, &f->environment));
	return keeper;
}

void fixture_make(struct audit_fixture *f)
{
	int ends[2];
	*f = (struct audit_fixture){ .tenant = random_uuid_v4(), .environment = random_uuid_v4() };
	snprintf(f->folder, sizeof f->folder, "/tmp/bailiwick-audit-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->database, sizeof f->database, "%s/audit.db", f->folder);
	ensure(channel_pair(ends));
	struct channel_binding who = { .kind = CHANNEL_KEEPER, .peer = ROLE_RECORDER, .tenant = f->tenant,
				       .database = database_id_of(ROLE_RECORDER, &f->tenant, &f->environment) };
	f->keeper = fork();
	assert_true(f->keeper >= 0);
	if (f->keeper == 0) {
		close(ends[0]);
		unsetenv("BAILIWICK_FAULT");
		serve(make_keeper(f), &who, ends[1]); /* opened here: its memory is not given to a child */
	}
	close(ends[1]);
	f->control = ends[0];
}

void fixture_remove(struct audit_fixture *f)
{
	char command[128];
	int status;
	close(f->control);
	kill(f->keeper, SIGKILL);
	waitpid(f->keeper, &status, 0);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	assert_int_equal(system(command), 0);
}

int fixture_keeper_channel(const struct audit_fixture *f)
{
	int ends[2];
	ensure(channel_pair(ends));
	struct channel_fds fds = { .fd = { ends[1] }, .count = 1 };
	ensure(channel_send(f->control, bytes_of("c", 1), &fds));
	close(ends[1]);
	return ends[0];
}

/* --- a recorder --- */

err recording_open(const struct audit_fixture *f, struct recording *out)
{
	*out = (struct recording){ .keys = { .channel = fixture_keeper_channel(f) } };
	TRY(keys_database(&out->keys, &out->database_keys));
	struct store_options options = { .path = f->database, .keys = &out->database_keys, .migrations = recorder_migrations,
					 .migration_count = recorder_migration_count };
	err e = store_open(&options, &out->store);
	if (failed(e) && err_kind_of(e) != ERR_CORRUPT)
		return e;
	struct recorder_options recorder = { .store = out->store, .keys = &out->keys, .folder = f->folder, .tenant = f->tenant,
					     .host = S("test:8443"), .clock = &clock_system };
	return recorder_new(&recorder, &out->recorder);
}

void recording_close(struct recording *r)
{
	recorder_free(r->recorder);
	store_close(r->store);
	close(r->keys.channel);
	*r = (struct recording){ .keys = { .channel = -1 } };
}

struct uuid fixture_id(unsigned number)
{
	uint8_t random[16] = { 0 };
	for (size_t i = 0; i < 4; i++)
		random[12 + i] = (uint8_t)(number >> (24 - 8 * i));
	return uuid_v7_from(random, 1795507200000);
}

bytes fixture_draft(const struct uuid *id, unsigned number)
{
	static char text[2048];
	char target[32], uuid[UUID_TEXT_LEN + 1];
	struct buffer draft;
	snprintf(target, sizeof target, "row-%u", number);
	uuid_format(id, uuid);
	struct audit_event event = {
		.category = AUDIT_DATA, .op = S("update.row"), .result = AUDIT_SUCCESS, .severity = 6,
		.actor_type = AUDIT_ACTOR_USER, .actor_id = S("alice"), .target_type = S("row"), .target_id = str_of(target),
		.changes = S("{\"name\":{\"new\":\"x\"}}"),
	};
	buffer_init(&draft, sizeof text);
	ensure(event_draft(&event, id, (struct instant){ 1795507200000 + number }, &draft));
	size_t len = draft.len;
	memcpy(text, draft.at, len);
	buffer_release(&draft);
	return bytes_of(text, len);
}

const char *fixture_log_path(const struct audit_fixture *f, const struct uuid *log, const char *rest)
{
	static char path[256];
	char id[UUID_TEXT_LEN + 1];
	uuid_format(log, id);
	snprintf(path, sizeof path, "%s/%s/%s", f->folder, id, rest);
	return path;
}

/* --- verification from the files themselves --- */

struct file_source {
	struct recording *recording;
	struct recorder_log *log;
	struct audit_log *files;
};

static err source_checkpoint(void *self, struct arena *arena, str *out)
{
	const struct file_source *s = self;
	if (failed(audit_log_read_checkpoint(s->files, arena, out)))
		FAIL(ERR_NOT_FOUND, "no checkpoint");
	return OK;
}

static err source_tile(void *self, const struct tile_name *name, struct arena *arena, bytes *out)
{
	const struct file_source *s = self;
	if (failed(audit_log_read_tile(s->files, name, arena, out)))
		FAIL(ERR_NOT_FOUND, "no tile");
	return OK;
}

static err source_bodies(void *self, uint64_t from, size_t count, struct arena *arena, struct verify_body *out,
			 size_t *out_count)
{
	struct file_source *s = self;
	SCOPED(statement) rows = { 0 };
	bool row;
	*out_count = 0;
	if (!s->recording->store)
		return OK;
	TRY(statement_open(s->recording->store, &SQL_EVENT_BODIES, &rows));
	TRY(bind_i64(&rows, 1, recorder_log_first_row(s->log) + (int64_t)from));
	TRY(bind_i64(&rows, 2, recorder_log_first_row(s->log) + (int64_t)(from + count) - 1));
	TRY(bind_i64(&rows, 3, (int64_t)count));
	for (;;) {
		TRY(statement_step(&rows, &row));
		if (!row)
			return OK;
		out[(*out_count)++] = (struct verify_body){ .seq = (uint64_t)column_i64(&rows, 0), .id = column_uuid(&rows, 1),
							    .salt = bytes_copy(arena, column_bytes(&rows, 2)),
							    .body = bytes_copy(arena, column_bytes(&rows, 3)) };
	}
}

static str found_origin;

static void take_finding(void *self, const struct finding *finding)
{
	struct fixture_findings *to = self;
	to->count++;
	finding_write(&to->text, found_origin, finding);
	buffer_append_char(&to->text, '\n');
}

void fixture_verify(const struct audit_fixture *f, struct recording *r, const struct uuid *log, struct fixture_findings *out)
{
	struct file_source source = { .recording = r };
	struct checkpoint_state last;
	const struct uuid nil = { { 0 } }, *environment = uuid_equal(log, &f->tenant) ? &nil : log;
	*out = (struct fixture_findings){ .count = 0 };
	buffer_init(&out->text, 1 << 20);
	ensure(recorder_log_for(r->recorder, environment, &source.log));
	source.files = recorder_log_files(r->recorder, source.log);
	assert_non_null(source.files);
	ensure(keys_checkpoint_state(&r->keys, log, &last));
	found_origin = audit_log_origin(source.files);
	struct verify_source verify = { .checkpoint = source_checkpoint, .tile = source_tile, .bodies = source_bodies,
					.self = &source, .origin = found_origin, .key = audit_log_key(source.files),
					.signed_size = last.size };
	memcpy(verify.signed_root.b, last.root, 32);
	ensure(verify_log(&verify, take_finding, out, &out->report));
	buffer_append(&out->text, bytes_of("", 1));
}
