/* A new environment on a real store in a temporary folder, with an owned table new_case and an organization-owned new_country. */
#ifndef TESTS_AUTHZ_FIXTURE_H
#define TESTS_AUTHZ_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "authz/admin.h"
#include "authz/internal.h"
#include "authz/sql_catalog.h"
#include "keys/client.h"
#include "metadata/define.h"

struct fixture {
	char folder[64], path[96];
	struct database_keys keys;
	struct store *store;
	struct metadata *metadata;
	struct authz *authz;
	struct arena *arena;
	struct uuid tenant, environment;
	const struct table *cases, *countries, *users, *teams, *roles, *units;
	struct transaction tx;
};

static inline void must_at(err e, int line)
{
	if (failed(e))
		fail_msg("line %d: %s (%s:%d)", line, e.site->why, e.site->file, e.site->line);
}
#define must(call_) must_at(call_, __LINE__)

static inline struct uuid test_uuid(int n)
{
	struct uuid u = { { 0 } };
	u.b[0] = 0xaa;
	u.b[14] = (uint8_t)(n >> 8);
	u.b[15] = (uint8_t)n;
	return u;
}

static inline void fixture_define(struct fixture *f, str schema_name, enum table_ownership ownership, int n)
{
	struct table_wish t = { .id = test_uuid(9000 + n), .schema_name = schema_name, .ownership = ownership, .class = CLASS_BUSINESS,
		.primary_name = { .id = test_uuid(9100 + n), .type = TYPE_STRING, .schema_name = S("new_Name"), .primary_name = true,
				  .precision = -1 } };
	uint16_t ordinal;
	must(define_table(f->store, f->metadata, &t, f->arena, &ordinal));
	metadata_free(f->metadata);
	must(metadata_load(f->store, &f->metadata));
}

/* After each load of the definitions. */
static inline void fixture_tables_find(struct fixture *f)
{
	f->cases = metadata_table(f->metadata, S("new_case"));
	f->countries = metadata_table(f->metadata, S("new_country"));
	f->users = metadata_table(f->metadata, S("systemuser"));
	f->teams = metadata_table(f->metadata, S("team"));
	f->roles = metadata_table(f->metadata, S("role"));
	f->units = metadata_table(f->metadata, S("businessunit"));
}

static inline void fixture_tables(struct fixture *f)
{
	SCOPED(transaction) tx = { 0 };
	must(transaction_begin(f->store, &tx));
	fixture_define(f, S("new_Case"), OWNERSHIP_USER, 1);
	fixture_define(f, S("new_Country"), OWNERSHIP_ORGANIZATION, 2);
	must(transaction_commit(&tx));
	fixture_tables_find(f);
}

static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	assert_non_null(f);
	snprintf(f->folder, sizeof f->folder, "/tmp/bailiwick-authz-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof f->path, "%s/e.db", f->folder);
	memset(&f->keys, 7, sizeof f->keys);
	f->keys.version_count = 1;
	f->keys.versions[0] = 1;
	f->arena = arena_new(64 << 20);
	f->tenant = test_uuid(1);
	f->environment = test_uuid(2);
	struct store_options o = { .path = f->path, .keys = &f->keys, .migrations = authz_migrations,
				   .migration_count = AUTHZ_MIGRATION_COUNT };
	must(store_open(&o, &f->store));
	must(metadata_load(f->store, &f->metadata));
	fixture_tables(f);
	struct authz_options a = { .store = f->store, .metadata = f->metadata, .tenant = f->tenant, .environment = f->environment,
				   .name = S("Contoso"), .state = ENVIRONMENT_READY };
	must(authz_open(&a, &f->authz));
	*state = f;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	static const char *const suffixes[] = { "", "-wal", ".bwk" };
	struct fixture *f = *state;
	char path[112];
	transaction_release(&f->tx);
	authz_close(f->authz);
	metadata_free(f->metadata);
	store_close(f->store);
	arena_free(f->arena);
	for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
		snprintf(path, sizeof path, "%s%s", f->path, suffixes[i]);
		unlink(path);
	}
	rmdir(f->folder);
	free(f);
	return 0;
}

/* An integer out of the database, to look behind the functions under test. */
static inline int64_t number_in(struct fixture *f, const char *sql)
{
	SCOPED(statement) s = { 0 };
	bool row;
	must(statement_open_text(f->store, str_of(sql), &s));
	must(statement_step(&s, &row));
	return row ? column_i64(&s, 0) : -1;
}

#endif
