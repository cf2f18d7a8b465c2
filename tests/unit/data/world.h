/* A real database in a temporary folder, with one owned table for tests: new_case (new_name, new_count, new_price). */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "authz/sql_catalog.h"
#include "base/map.h"
#include "keys/client.h"
#include "metadata/define.h"

struct world {
	char folder[64], path[96];
	struct database_keys keys;
	struct store *store;
	struct metadata *metadata;
	const struct table *table;
	struct arena *arena;
};

#define WORLD_TRY(call_) assert_false(failed(call_))

static void world_table_make(struct world *w)
{
	struct table_wish t = { .schema_name = S("new_Case"), .ownership = OWNERSHIP_USER, .class = CLASS_BUSINESS,
		.primary_name = { .type = TYPE_STRING, .schema_name = S("new_Name"), .primary_name = true, .precision = -1 } };
	struct column_wish count = { .type = TYPE_INTEGER, .schema_name = S("new_Count"), .precision = -1 };
	struct column_wish price = { .type = TYPE_MONEY, .schema_name = S("new_Price"), .precision = 2 };
	uint16_t ordinal;
	memset(&t.id, 1, 16), memset(&t.primary_name.id, 2, 16), memset(&count.id, 3, 16), memset(&price.id, 4, 16);
	SCOPED(transaction) tx = { 0 };
	WORLD_TRY(transaction_begin(w->store, &tx));
	WORLD_TRY(define_table(w->store, w->metadata, &t, w->arena, &ordinal));
	metadata_free(w->metadata);
	WORLD_TRY(metadata_load(w->store, &w->metadata));
	WORLD_TRY(define_column(w->store, metadata_table_by_ordinal(w->metadata, ordinal), &count, w->arena));
	WORLD_TRY(define_column(w->store, metadata_table_by_ordinal(w->metadata, ordinal), &price, w->arena));
	WORLD_TRY(transaction_commit(&tx));
	metadata_free(w->metadata);
	WORLD_TRY(metadata_load(w->store, &w->metadata));
	w->table = metadata_table(w->metadata, S("new_case"));
	assert_non_null(w->table);
}

static struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof *w);
	assert_non_null(w);
	snprintf(w->folder, sizeof w->folder, "/tmp/bailiwick-data-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	snprintf(w->path, sizeof w->path, "%s/e.db", w->folder);
	memset(&w->keys, 7, sizeof w->keys);
	w->keys.version_count = 1;
	w->keys.versions[0] = 1;
	w->arena = arena_new(64 << 20);
	struct store_options o = { .path = w->path, .keys = &w->keys, .migrations = authz_migrations,
				   .migration_count = AUTHZ_MIGRATION_COUNT };
	WORLD_TRY(store_open(&o, &w->store));
	WORLD_TRY(metadata_load(w->store, &w->metadata));
	world_table_make(w);
	return w;
}

static void world_free(struct world *w)
{
	static const char *const suffixes[] = { "", "-wal", ".bwk" };
	char path[112];
	metadata_free(w->metadata);
	store_close(w->store);
	arena_free(w->arena);
	for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
		snprintf(path, sizeof path, "%s%s", w->path, suffixes[i]);
		unlink(path);
	}
	rmdir(w->folder);
	free(w);
}

#endif
