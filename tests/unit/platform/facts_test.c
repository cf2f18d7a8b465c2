/* The routing table as control writes it from its database and as an edge reads it, for many more tenants than a message between
 * two processes could name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "edge/route.h"
#include "host/random.h"
#include "ipc/channel.h"
#include "keys/client.h"
#include "platform/environment.h"
#include "platform/facts.h"
#include "platform/sql_catalog.h"
#include "platform/tenant.h"

enum { MANY = 10000, ARENA_BYTES = 64 << 20 };

struct place {
	char folder[64], path[96];
	struct database_keys keys;
	struct store *store;
	struct uuid tenants[MANY], environments[MANY];
};

static void ensure(err e)
{
	if (failed(e))
		fail_msg("%s (%s:%d)", err_why(e), e.site->file, e.site->line);
}

static void open_place(struct place *p)
{
	snprintf(p->folder, sizeof p->folder, "/tmp/facts-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->path, sizeof p->path, "%s/control.db", p->folder);
	p->keys = (struct database_keys){ .version_count = 1, .versions = { 1 } };
	memset(p->keys.page[0].k, 1, sizeof p->keys.page[0].k);
	memset(p->keys.wal_header[0].k, 2, sizeof p->keys.wal_header[0].k);
	struct store_options options = { .path = p->path, .keys = &p->keys, .migrations = platform_migrations,
					 .migration_count = PLATFORM_MIGRATION_COUNT };
	ensure(store_open(&options, &p->store));
}

static void close_place(struct place *p)
{
	char command[128];
	store_close(p->store);
	snprintf(command, sizeof command, "rm -r %s", p->folder);
	assert_int_equal(system(command), 0);
}

/* Every tenant with a domain and an environment; the last of both is still being made. */
static void make_many(struct place *p)
{
	SCOPED(transaction) tx = { 0 };
	char name[64];
	ensure(transaction_begin(p->store, &tx));
	for (int i = 0; i < MANY; i++) {
		bool whole = i < MANY - 1;
		p->tenants[i] = random_uuid_v4();
		p->environments[i] = random_uuid_v4();
		snprintf(name, sizeof name, "tenant-%d.example", i);
		ensure(tenant_insert(p->store, &p->tenants[i], S("Tenant"), str_of(name), (struct instant){ 1 }));
		if (!whole)
			break;
		ensure(tenant_activate(p->store, &p->tenants[i]));
		snprintf(name, sizeof name, "environment-%d", i);
		ensure(environment_insert(p->store, &p->environments[i], &p->tenants[i], str_of(name), S("One"), (struct instant){ 1 }));
		if (i < MANY - 2)
			ensure(environment_activate(p->store, &p->environments[i]));
	}
	ensure(transaction_commit(&tx));
}

static struct route find(const struct routing_table *table, const char *path)
{
	struct http_head head = { .method = HTTP_GET, .authority = S("localhost:8443"), .path = str_of(path) };
	struct route out;
	route_find(table, LANE_PUBLIC, &head, &out);
	return out;
}

static void check_routes(const struct place *p, const struct routing_table *table)
{
	char path[96];
	for (int i = 0; i < MANY; i++) {
		snprintf(path, sizeof path, "/tenant-%d.example/v1.0/users", i);
		struct route tenant = find(table, path);
		snprintf(path, sizeof path, "/e/environment-%d/api/data/v9.2/WhoAmI", i);
		struct route environment = find(table, path);
		assert_int_equal(tenant.kind, i < MANY - 1 ? ROUTE_WORKER : ROUTE_REFUSED);
		assert_int_equal(environment.kind, i < MANY - 2 ? ROUTE_WORKER : ROUTE_REFUSED);
		if (tenant.kind == ROUTE_WORKER)
			assert_true(uuid_equal(&tenant.worker.tenant, &p->tenants[i]));
		if (environment.kind == ROUTE_WORKER)
			assert_true(uuid_equal(&environment.worker.tenant, &p->tenants[i]) &&
				    uuid_equal(&environment.worker.environment, &p->environments[i]));
	}
}

static void ten_thousand_tenants_have_a_routing_table(void **state)
{
	static struct place p;
	struct routing_table *table;
	struct arena *arena = arena_new(ARENA_BYTES);
	struct buffer text;
	(void)state;
	open_place(&p);
	make_many(&p);
	buffer_init(&text, ROUTES_BYTES_MAX);
	ensure(facts_of_edges(p.store, S("https://localhost:8443"), arena, &text));
	assert_true(text.len > 10 * CHANNEL_MESSAGE_BYTES_MAX);
	ensure(routing_table_new(buffer_str(&text), S("https://nowhere"), (struct map_seed){ 1, 2 }, &table));
	check_routes(&p, table);
	routing_table_free(table);
	buffer_release(&text);
	arena_reset(arena);
	buffer_init(&text, 1000 * 1000); /* a bound that it does not fit */
	assert_int_equal(err_kind_of(facts_of_edges(p.store, S("https://localhost:8443"), arena, &text)), ERR_LIMIT);
	buffer_release(&text);
	arena_free(arena);
	close_place(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(ten_thousand_tenants_have_a_routing_table) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
