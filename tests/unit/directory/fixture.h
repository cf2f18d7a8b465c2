/* A directory on a real store in a folder of its own, as the identity worker opens it. */
#ifndef DIRECTORY_FIXTURE_H
#define DIRECTORY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "directory/directory.h"
#include "directory/sql_catalog.h"
#include "host/random.h"
#include "keys/client.h"
#include "store/store.h"

#define FACTS                                                                                                   \
	"{\"tenantId\":\"1f3a09bc-0000-4000-8000-000000000001\",\"displayName\":\"Contoso\","                   \
	"\"domains\":[\"contoso.example\",\"contoso.test\"],\"origin\":\"https://localhost:8443\","             \
	"\"environments\":[{\"id\":\"aaaaaaaa-0000-4000-8000-000000000001\",\"uniqueName\":\"sales\","          \
	"\"displayName\":\"Sales\",\"state\":\"ready\"}]}"

static const struct instant fixture_now = { 1795500000000 };

struct fixture {
	char folder[64], path[96];
	struct database_keys keys;
	struct database_anchor kept;
	bool has_kept;
	struct store *store;
	struct directory *directory;
	struct identity_app app;
	struct arena *arena;
};

static inline err fixture_anchor_put(void *self, const struct database_anchor *a)
{
	struct fixture *f = self;
	f->kept = *a;
	f->has_kept = true;
	return OK;
}

static inline err fixture_anchor_get(void *self, struct database_anchor *out)
{
	struct fixture *f = self;
	if (!f->has_kept)
		FAIL(ERR_NOT_FOUND, "no anchor yet");
	*out = f->kept;
	return OK;
}

static inline void must(err e)
{
	if (failed(e))
		fail_msg("%s (%s:%d)", err_why(e), e.site->file, e.site->line);
}

static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	snprintf(f->folder, sizeof f->folder, "/tmp/bailiwick-directory-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof f->path, "%s/directory.db", f->folder);
	random_bytes(&f->keys, sizeof f->keys);
	f->keys.version_count = 1;
	f->keys.versions[0] = 1;
	struct store_options o = { .path = f->path, .keys = &f->keys, .migrations = directory_migrations,
				   .migration_count = DIRECTORY_MIGRATION_COUNT,
				   .anchor = { fixture_anchor_put, fixture_anchor_get, f } };
	must(store_open(&o, &f->store));
	must(directory_open(f->store, NULL, S(FACTS), fixture_now, &f->directory));
	f->app.directory = f->directory;
	f->arena = arena_new(16 * 1024 * 1024);
	*state = f;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;
	static const char *const endings[] = { "", "-wal", ".bwk" };

	directory_close(f->directory);
	store_close(f->store);
	arena_free(f->arena);
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		char path[128];
		snprintf(path, sizeof path, "%s%s", f->path, endings[i]);
		unlink(path);
	}
	rmdir(f->folder);
	free(f);
	return 0;
}

static inline int64_t fixture_number(struct fixture *f, str sql)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	must(statement_open_text(f->store, sql, &s));
	must(statement_step(&s, &row));
	return row ? column_i64(&s, 0) : -1;
}

#endif
