/* Decisions in process: an environment of many users, units and shares on the sealed store, then the questions of bench/peers/decision.mjs,
 * which makes the same world by the same formulas. Afterwards as many questions as there are rows, each about another one; the build of a
 * context with 50 roles; and a unit moved with ROWS more rows beneath it.
 * usage: bench_point_decision USERS UNITS ROWS SHARES QUESTIONS. One JSON line each. Times: wall clock, nanoseconds, a median. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "authz/admin.h"
#include "authz/internal.h"
#include "authz/share.h"
#include "authz/share_index.h"
#include "authz/sql_catalog.h"
#include "metadata/define.h"
#include "store/sqlite_internal.h"

enum { REPEATS = 64, CALLERS = 500, KINDS = 5, BUILDS = 300, BUILD_ROLES = 50 + 3, /* the user has one of the first four */ UNIT_KEY = 1000, USER_KEY = 1000000, TEAM_KEY = 2000000, ROLE_KEY = 5000 };

static void must_at(err e, int line)
{
	if (failed(e)) {
		fprintf(stderr, "line %d: %s (%s:%d)\n", line, e.site->why, e.site->file, e.site->line);
		exit(1);
	}
}
#define must(call_) must_at(call_, __LINE__)

struct world {
	char folder[64], path[96];
	struct database_keys keys;
	struct store *store;
	struct metadata *metadata;
	struct authz *authz;
	struct arena *arena;
	const struct table *cases;
	int64_t users, units, rows, shares, root;
	int64_t *beneath; /* units beneath unit 1, itself included */
	size_t beneath_count;
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static struct uuid id_of(int64_t key)
{
	struct uuid u = { { 0xbe } };
	for (int i = 0; i < 8; i++)
		u.b[15 - i] = (uint8_t)(key >> (8 * i));
	return u;
}

static uint64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* --- the world, by formulas --- */

static int64_t unit_key(const struct world *w, int64_t unit)
{
	return unit ? UNIT_KEY + unit : w->root;
}

static int64_t role_of(int64_t user)
{
	return user % 100 == 99 ? 3 : user % 3;
}

/* Runs one statement for i in 0 .. count - 1; `bind` fills the values. */
static void fill(struct world *w, const char *sql, int64_t count, void (*bind)(const struct world *, sqlite3_stmt *, int64_t))
{
	sqlite3_stmt *q = NULL;
	if (sqlite3_prepare_v2(w->store->db, sql, -1, &q, NULL) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(w->store->db));
		exit(1);
	}
	for (int64_t i = 0; i < count; i++) {
		if (i % 50000 == 0)
			must(store_execute_internal(w->store, "BEGIN"));
		bind(w, q, i);
		if (sqlite3_step(q) != SQLITE_DONE) {
			fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(w->store->db));
			exit(1);
		}
		sqlite3_reset(q);
		if (i % 50000 == 49999 || i == count - 1) {
			must(store_execute_internal(w->store, "COMMIT"));
			must(store_checkpoint(w->store));
		}
	}
	sqlite3_finalize(q);
}

static void bind_id(sqlite3_stmt *q, int at, int64_t key)
{
	struct uuid u = id_of(key);
	sqlite3_bind_blob(q, at, u.b, sizeof u.b, SQLITE_TRANSIENT);
}

static void unit_bind(const struct world *w, sqlite3_stmt *q, int64_t i)
{
	char name[24];
	snprintf(name, sizeof name, "unit %lld", (long long)i + 1);
	sqlite3_bind_int64(q, 1, unit_key(w, i + 1));
	bind_id(q, 2, unit_key(w, i + 1));
	sqlite3_bind_int64(q, 3, unit_key(w, i / 10)); /* the parent of unit u is (u - 1) / 10 */
	sqlite3_bind_text(q, 4, name, -1, SQLITE_TRANSIENT);
}

static void team_bind(const struct world *w, sqlite3_stmt *q, int64_t i)
{
	sqlite3_bind_int64(q, 1, TEAM_KEY + i + 1);
	bind_id(q, 2, TEAM_KEY + i + 1);
	sqlite3_bind_int64(q, 3, unit_key(w, i + 1));
}

static void user_bind(const struct world *w, sqlite3_stmt *q, int64_t i)
{
	sqlite3_bind_int64(q, 1, USER_KEY + i);
	bind_id(q, 2, USER_KEY + i);
	sqlite3_bind_int64(q, 3, unit_key(w, i % w->units));
}

static void user_role_bind(const struct world *w, sqlite3_stmt *q, int64_t i)
{
	sqlite3_bind_int64(q, 1, USER_KEY + i);
	sqlite3_bind_int64(q, 2, ROLE_KEY + role_of(i));
	sqlite3_bind_int64(q, 3, unit_key(w, i % w->units));
}

static int64_t shared_row(const struct world *w, int64_t share)
{
	return (int64_t)((uint64_t)share * 2654435761u % (uint64_t)w->rows);
}

static void share_bind(const struct world *w, sqlite3_stmt *q, int64_t i)
{
	sqlite3_bind_int64(q, 1, w->cases->ordinal);
	sqlite3_bind_int64(q, 2, USER_KEY + i % w->users);
	sqlite3_bind_int64(q, 3, shared_row(w, i) + 1);
	sqlite3_bind_int64(q, 4, share_bit(RIGHT_READ));
}

static void row_of_bind(const struct world *w, sqlite3_stmt *q, int64_t i, int64_t owner)
{
	bind_id(q, 1, 10000000 + i);
	sqlite3_bind_int64(q, 2, USER_KEY + owner);
	sqlite3_bind_int64(q, 3, unit_key(w, owner % w->units));
}

static void row_bind(const struct world *w, sqlite3_stmt *q, int64_t i)
{
	row_of_bind(w, q, i, i % w->users);
}

/* User u is of unit u. */
static void row_beneath_bind(const struct world *w, sqlite3_stmt *q, int64_t i)
{
	row_of_bind(w, q, w->rows + i, w->beneath[(size_t)i % w->beneath_count]);
}

static void rows_fill(struct world *w, void (*bind)(const struct world *, sqlite3_stmt *, int64_t))
{
	char sql[200];
	snprintf(sql, sizeof sql, "INSERT INTO %.*s (id, version, owner, unit, created_on, created_by, modified_on, modified_by) VALUES (?1, 1, ?2, ?3, 0, ?2, 0, ?2)", STR_ARG(w->cases->sql));
	fill(w, sql, w->rows, bind);
}

static void role_make(struct world *w, int64_t key, const char *name, enum depth depth)
{
	char sql[400];
	struct uuid id = id_of(key);
	char hex[33];
	for (size_t i = 0; i < sizeof id.b; i++)
		snprintf(hex + 2 * i, 3, "%02x", id.b[i]);
	snprintf(sql, sizeof sql, "INSERT INTO role (key, id, name, unit, version) VALUES (%lld, x'%s', '%s', %lld, 1)", (long long)key, hex, name, (long long)w->root);
	must(store_execute_internal(w->store, sql));
	snprintf(sql, sizeof sql, "INSERT INTO roleprivilege (role, privilege, depth) SELECT %lld, key, %d FROM privilege WHERE name = 'prvReadnew_Case'",
		 (long long)key, depth);
	must(store_execute_internal(w->store, sql));
}

static void roles_make(struct world *w)
{
	char name[24];
	static const enum depth depths[] = { DEPTH_BASIC, DEPTH_LOCAL, DEPTH_DEEP, DEPTH_GLOBAL };
	for (int i = 0; i < BUILD_ROLES; i++) {
		snprintf(name, sizeof name, "bench %d", i);
		role_make(w, ROLE_KEY + i, name, i < 4 ? depths[i] : DEPTH_LOCAL);
	}
}

static void world_open(struct world *w)
{
	snprintf(w->folder, sizeof w->folder, "/tmp/bailiwick-bench-XXXXXX");
	if (!mkdtemp(w->folder))
		exit(1);
	snprintf(w->path, sizeof w->path, "%s/e.db", w->folder);
	w->keys = (struct database_keys){ .version_count = 1, .versions = { 1 } };
	w->arena = arena_new(256 << 20);
	struct store_options o = { .path = w->path, .keys = &w->keys, .migrations = authz_migrations, .migration_count = AUTHZ_MIGRATION_COUNT };
	must(store_open(&o, &w->store));
	must(metadata_load(w->store, &w->metadata));
	struct table_wish t = { .id = id_of(9000), .schema_name = S("new_Case"), .ownership = OWNERSHIP_USER, .class = CLASS_BUSINESS,
		.primary_name = { .id = id_of(9100), .type = TYPE_STRING, .schema_name = S("new_Name"), .primary_name = true, .precision = -1 } };
	uint16_t ordinal;
	SCOPED(transaction) tx = { 0 };
	must(transaction_begin(w->store, &tx));
	must(define_table(w->store, w->metadata, &t, w->arena, &ordinal));
	must(transaction_commit(&tx));
	metadata_free(w->metadata);
	must(metadata_load(w->store, &w->metadata));
	w->cases = metadata_table(w->metadata, S("new_case"));
	struct authz_options a = { .store = w->store, .metadata = w->metadata, .tenant = id_of(1), .environment = id_of(2), .name = S("Contoso"),
				   .state = ENVIRONMENT_READY };
	must(authz_open(&a, &w->authz));
	w->root = w->authz->root_unit;
	w->store->setting_up = true;
}

static void world_fill(struct world *w)
{
	roles_make(w);
	fill(w, "INSERT INTO unit (key, id, parent, name, version) VALUES (?1, ?2, ?3, ?4, 1)", w->units - 1, unit_bind);
	fill(w, "INSERT INTO principal (key, id, kind, unit, name, version) VALUES (?1, ?2, 2, ?3, 'team', 1)", w->units - 1, team_bind);
	fill(w, "INSERT INTO team (key, is_default, unit) SELECT ?1, 1, ?3 WHERE ?2 IS NOT NULL", w->units - 1, team_bind);
	fill(w, "INSERT INTO principal (key, id, kind, unit, name, version) VALUES (?1, ?2, 1, ?3, 'user', 1)", w->users, user_bind);
	fill(w, "INSERT INTO systemuser (key, domain_name) SELECT ?1, 'u' WHERE ?2 IS NOT NULL AND ?3", w->users, user_bind);
	fill(w, "INSERT INTO principalrole (principal, role, unit) VALUES (?1, ?2, ?3)", w->users, user_role_bind);
	fill(w, "INSERT OR IGNORE INTO share (tbl, principal, obj, mask) VALUES (?1, ?2, ?3, ?4)", w->shares, share_bind);
	rows_fill(w, row_bind);
	must(authz_epoch_bump(w->authz));
}

static void world_close(struct world *w)
{
	static const char *const suffixes[] = { "", "-wal", ".bwk" };
	char path[112];
	authz_close(w->authz);
	metadata_free(w->metadata);
	store_close(w->store);
	arena_free(w->arena);
	free(w->beneath);
	for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
		snprintf(path, sizeof path, "%s%s", w->path, suffixes[i]);
		unlink(path);
	}
	rmdir(w->folder);
}

/* --- the questions --- */

/* The row that question q is about: the user's own, of the unit, of a unit below, of anybody, shared with the user. */
static int64_t row_asked(const struct world *w, int64_t q, int64_t user)
{
	int64_t turn = q % 7;
	switch (q / CALLERS % KINDS) {
	case 0:
		return (user + w->users * turn) % w->rows;
	case 1:
		return (user + w->units * (1 + turn)) % w->users;
	case 2:
		return (user % w->units * 10 + 1) % w->units;
	case 3:
		return q * 7919 % w->rows;
	default:
		return shared_row(w, (user + w->users * turn) % w->shares);
	}
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
	if (count == 0)
		return 0;
	qsort(values, count, sizeof *values, by_size);
	return values[count / 2];
}

/* After median. */
static double late(const double *sorted, size_t count)
{
	return count ? sorted[count * 99 / 100] : 0;
}

static double ask(struct world *w, int64_t q, int64_t user, int repeats, struct decision *out)
{
	struct authz_context *ctx = NULL;
	int64_t row = row_asked(w, q, user), owner = row % w->users;
	must(authz_context_of(w->authz, USER_KEY + user, &ctx));
	uint64_t since = now_ns();
	for (int i = 0; i < repeats; i++)
		must(authz_decide_row(w->authz, ctx, w->cases, RIGHT_READ, row + 1, USER_KEY + owner, unit_key(w, owner % w->units), out));
	return (double)(now_ns() - since) / repeats;
}

static int64_t user_asking(const struct world *w, int64_t q)
{
	return q % CALLERS * 199 % w->users;
}

static void questions(struct world *w, int64_t count)
{
	double *all = calloc((size_t)count, sizeof *all), *kept = calloc((size_t)count, sizeof *kept), *looked = calloc((size_t)count, sizeof *looked);
	char *answers = calloc((size_t)count + 1, 1), *ways = calloc((size_t)count + 1, 1); /* ways: c by context alone, s shares were read */
	size_t kept_count = 0, looked_count = 0;
	SCOPED(transaction) tx = { 0 };
	if (!all || !kept || !looked || !answers || !ways)
		exit(1);
	must(transaction_begin_read(w->store, &tx));
	for (int64_t q = 0; q < CALLERS; q++) {
		struct decision d;
		(void)ask(w, q, user_asking(w, q), 1, &d); /* the contexts are there */
	}
	for (int64_t q = CALLERS; q < count; q++) {
		struct decision d;
		all[q] = ask(w, q, user_asking(w, q), 1, &d);
	}
	double first = count > CALLERS ? median(all + CALLERS, (size_t)(count - CALLERS)) : 0;
	for (int round = 0; round < 2; round++) { /* the first one warms */
		kept_count = looked_count = 0;
		for (int64_t q = 0; q < count; q++) {
			struct decision d = { 0 };
			all[q] = ask(w, q, user_asking(w, q), REPEATS, &d);
			answers[q] = allowed(&d) ? '1' : '0';
			ways[q] = allowed(&d) && d.path != PATH_SHARED ? 'c' : 's';
			if (ways[q] == 'c')
				kept[kept_count++] = all[q];
			else
				looked[looked_count++] = all[q];
		}
	}
	double p50 = median(all, (size_t)count);
	printf("{\"name\":\"point\",\"p50_ns\":%.1f,\"p99_ns\":%.1f,\"first_ns\":%.1f,\"by_context_ns\":%.1f,\"by_context\":%zu,\"by_share_ns\":%.1f,\"by_share\":%zu,\"answers\":\"%s\",\"ways\":\"%s\"}\n", p50, late(all, (size_t)count), first,
	       median(kept, kept_count), kept_count, median(looked, looked_count), looked_count, answers, ways);
	free(all), free(kept), free(looked), free(answers), free(ways);
}

/* Every row once in an order that jumps, asked about by all in turn; the first time over, the index learns them all. Processor time,
 * since a run this long is interrupted. */
static double swept(struct world *w, struct authz_context *const *callers)
{
	size_t allows = 0;
	uint64_t since = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	for (int64_t i = 0; i < w->rows; i++) {
		struct decision d;
		int64_t row = i * 7919 % w->rows, owner = row % w->users;
		must(authz_decide_row(w->authz, callers[i % CALLERS], w->cases, RIGHT_READ, row + 1, USER_KEY + owner, unit_key(w, owner % w->units), &d));
		allows += allowed(&d);
	}
	double ns = (double)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - since) / (double)w->rows;
	return allows ? ns : 0;
}

static void sweeps(struct world *w)
{
	struct authz_context *callers[CALLERS];
	for (int64_t q = 0; q < CALLERS; q++)
		must(authz_context_of(w->authz, USER_KEY + user_asking(w, q), &callers[q]));
	double learning = swept(w, callers), known = swept(w, callers);
	printf("{\"name\":\"sweep\",\"first_ns\":%.1f,\"ns\":%.1f,\"index_bytes\":%zu}\n", learning, known, share_index_bytes(w->authz->shares));
}

/* --- a context with many roles --- */

static void builds(struct world *w)
{
	double times[BUILDS];
	size_t ctx_roles = 0;
	struct authz_context *ctx = NULL;
	char sql[160];
	for (int i = 4; i < BUILD_ROLES; i++) {
		snprintf(sql, sizeof sql, "INSERT INTO principalrole (principal, role, unit) VALUES (%d, %d, %lld)", USER_KEY + 7, ROLE_KEY + i, (long long)unit_key(w, 7));
		must(store_execute_internal(w->store, sql));
	}
	must(authz_epoch_bump(w->authz));
	for (int i = 0; i < BUILDS; i++) {
		const struct row_filter *filter = NULL;
		uint64_t since = now_ns();
		must(authz_context_of(w->authz, USER_KEY + 7, &ctx));
		must(authz_row_filter(ctx, w->cases, RIGHT_READ, &filter));
		times[i] = (double)(now_ns() - since);
		ctx_roles = ctx->facts.held_count;
		context_cache_clear(w->authz->cache);
	}
	printf("{\"name\":\"context\",\"us\":%.1f,\"roles\":%zu}\n", median(times + 1, BUILDS - 1) / 1e3, ctx_roles);
}

/* --- a unit moved --- */

static bool reaches(struct world *w, int64_t user, int64_t unit)
{
	struct authz_context *ctx = NULL;
	must(authz_context_of(w->authz, USER_KEY + user, &ctx));
	struct decision d = authz_check_row(ctx, w->cases, RIGHT_READ, USER_KEY + unit, unit_key(w, unit));
	return allowed(&d);
}

static void beneath_fill(struct world *w)
{
	w->beneath = calloc((size_t)w->units, sizeof *w->beneath);
	if (!w->beneath)
		exit(1);
	for (int64_t u = 1; u < w->units; u++) {
		int64_t above = u;
		while (above > 1)
			above = (above - 1) / 10;
		if (above == 1)
			w->beneath[w->beneath_count++] = u;
	}
	rows_fill(w, row_beneath_bind);
}

static int64_t rows_beneath(struct world *w)
{
	int64_t *keys = NEW_ARRAY(w->arena, int64_t, w->beneath_count), count;
	char sql[160];
	SCOPED(statement) s = { 0 };
	bool row;
	if (!keys)
		exit(1);
	for (size_t i = 0; i < w->beneath_count; i++)
		keys[i] = unit_key(w, w->beneath[i]);
	snprintf(sql, sizeof sql, "SELECT count(*) FROM %.*s WHERE unit IN (SELECT value FROM i64_array(?1))", STR_ARG(w->cases->sql));
	must(statement_open_text(w->store, str_of(sql), &s));
	must(bind_i64_array(&s, 1, keys, w->beneath_count));
	must(statement_step(&s, &row));
	count = column_i64(&s, 0);
	return count;
}

/* Unit 1 with all beneath it goes under unit 2, whose user 2 reads to the depth of units below. */
static void unit_moved(struct world *w)
{
	struct authz_context *operator_context = NULL;
	const struct table *units = metadata_table(w->metadata, S("businessunit"));
	struct uuid unit = id_of(unit_key(w, 1));
	struct admin_value parent = { table_column(units, S("parentbusinessunitid")), ADMIN_UUID, .uuid = id_of(unit_key(w, 2)) };
	beneath_fill(w);
	int64_t rows = rows_beneath(w);
	bool before = reaches(w, 2, 11);
	int changes = sqlite3_total_changes(w->store->db);
	uint64_t since = now_ns(), since_cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	SCOPED(transaction) tx = { 0 };
	must(transaction_begin(w->store, &tx));
	must(authz_admit_operator(w->authz, &operator_context));
	struct admin_call call = { .authz = w->authz, .caller = operator_context, .arena = w->arena, .audit = { .actor_type = AUDIT_ACTOR_USER, .actor_id = S("bench") } };
	must(authz_admin_update(&call, units, &unit, &parent, 1));
	must(transaction_commit(&tx));
	uint64_t moved = now_ns(), moved_cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	bool after = reaches(w, 2, 11);
	printf("{\"name\":\"move\",\"units\":%zu,\"rows\":%lld,\"ms\":%.2f,\"cpu_ms\":%.2f,\"next_ms\":%.2f,\"written\":%d,\"before\":%d,\"after\":%d}\n", w->beneath_count, (long long)rows, (double)(moved - since) / 1e6, (double)(moved_cpu - since_cpu) / 1e6,
	       (double)(now_ns() - moved) / 1e6, sqlite3_total_changes(w->store->db) - changes, before, after);
}

int main(int argc, char **argv)
{
	struct world w = { 0 };
	if (argc != 6)
		return 2;
	w.users = atoll(argv[1]), w.units = atoll(argv[2]), w.rows = atoll(argv[3]), w.shares = atoll(argv[4]);
	world_open(&w);
	world_fill(&w);
	questions(&w, atoll(argv[5]));
	sweeps(&w);
	builds(&w);
	unit_moved(&w);
	world_close(&w);
	return 0;
}
