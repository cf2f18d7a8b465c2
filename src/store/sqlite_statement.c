/* Statements: prepared once, lent, given back. */
#include <stdlib.h>

#include "base/map.h"
#include "store/sqlite_internal.h"

static void prepared_free(struct prepared *p)
{
	sqlite3_finalize(p->stmt);
	free(p->text);
	free(p);
}

static struct prepared *prepared_of(const struct statement *s)
{
	return s->handle;
}

/* Takes the least recently used free statement out of the cache. Bound: 256 statements, once per new text. */
static void evict(struct store *store)
{
	struct prepared **oldest = NULL;

	for (size_t i = 0; i < STATEMENT_BUCKETS; i++)
		for (struct prepared **link = &store->bucket[i]; *link; link = &(*link)->chain)
			if (!(*link)->lent && (!oldest || (*link)->used_at < (*oldest)->used_at))
				oldest = link;
	if (!oldest)
		return;
	struct prepared *gone = *oldest;
	*oldest = gone->chain;
	store->cached--;
	prepared_free(gone);
}

static err prepare(struct store *store, str sql, uint64_t hash, struct prepared **out)
{
	struct prepared *p = calloc(1, sizeof *p);
	const char *rest = NULL;

	if (!p || sql.len > INT32_MAX) {
		free(p);
		FAIL(ERR_LIMIT, "no memory for a statement");
	}
	int rc = sqlite3_prepare_v3(store->db, sql.at, (int)sql.len, SQLITE_PREPARE_PERSISTENT, &p->stmt, &rest);
	p->text = malloc(sql.len + 1);
	if (rc != SQLITE_OK || !p->stmt || !p->text) {
		prepared_free(p);
		return rc == SQLITE_OK ? ERR(ERR_INVALID, "a statement without SQL") : store_error(store, rc);
	}
	memcpy(p->text, sql.at, sql.len);
	p->text[sql.len] = 0;
	p->text_len = sql.len;
	p->hash = hash;
	*out = p;
	return OK;
}

static void lend(struct store *store, struct prepared *p, struct statement *out)
{
	p->lent = true;
	p->used_at = ++store->uses;
	store->lent++;
	*out = (struct statement){ store, p };
}

static err prepare_into(struct store *store, str sql, uint64_t hash, struct prepared **bucket, struct prepared **out)
{
	TRY(prepare(store, sql, hash, out));
	if (store->cached >= STATEMENTS_CACHED_MAX)
		evict(store);
	(*out)->chain = *bucket;
	*bucket = *out;
	store->cached++;
	return OK;
}

err statement_open_text(struct store *store, str sql, struct statement *out)
{
	uint64_t hash = siphash((struct map_seed){ 1, 2 }, bytes_of_str(sql));
	struct prepared **bucket = &store->bucket[hash % STATEMENT_BUCKETS], *p = *bucket;

	while (p && (p->lent || p->hash != hash || !str_equal(sql, (str){ p->text, p->text_len })))
		p = p->chain;
	if (!p)
		TRY(prepare_into(store, sql, hash, bucket, &p));
	lend(store, p, out);
	return OK;
}

/* Compiled-in text is known by where it stands: nothing is read of it to find it again. */
err statement_open(struct store *store, const struct sql_text *sql, struct statement *out)
{
	uintptr_t at = (uintptr_t)sql / sizeof *sql;
	struct prepared **bucket = &store->bucket[at % STATEMENT_BUCKETS], *p = *bucket;

	while (p && (p->lent || p->origin != sql))
		p = p->chain;
	if (!p) {
		TRY(prepare_into(store, str_of(sql->text), 0, bucket, &p));
		p->origin = sql;
	}
	lend(store, p, out);
	return OK;
}

/* What its steps answered was told by them. */
void statement_again(struct statement *s)
{
	sqlite3_reset(prepared_of(s)->stmt);
}

void statement_release(struct statement *s)
{
	struct prepared *p = prepared_of(s);

	if (!p)
		return;
	sqlite3_reset(p->stmt);
	sqlite3_clear_bindings(p->stmt);
	p->lent = false;
	s->store->lent--;
	s->handle = NULL;
	store_maintain(s->store);
}

void statements_drop(struct store *store)
{
	for (size_t i = 0; i < STATEMENT_BUCKETS; i++)
		while (store->bucket[i]) {
			struct prepared *p = store->bucket[i];
			store->bucket[i] = p->chain;
			prepared_free(p);
		}
	store->cached = 0;
}

/* --- binding --- */

static err bound(struct statement *s, int rc)
{
	return store_error(s->store, rc);
}

err bind_i64(struct statement *s, int index, int64_t value)
{
	return bound(s, sqlite3_bind_int64(prepared_of(s)->stmt, index, value));
}

err bind_f64(struct statement *s, int index, double value)
{
	return bound(s, sqlite3_bind_double(prepared_of(s)->stmt, index, value));
}

err bind_text(struct statement *s, int index, str value)
{
	return bound(s, sqlite3_bind_text64(prepared_of(s)->stmt, index, value.at ? value.at : "", value.len, SQLITE_TRANSIENT,
					    SQLITE_UTF8));
}

err bind_bytes(struct statement *s, int index, bytes value)
{
	return bound(s, sqlite3_bind_blob64(prepared_of(s)->stmt, index, value.at ? value.at : (const uint8_t *)"", value.len,
					    SQLITE_TRANSIENT));
}

err bind_uuid(struct statement *s, int index, const struct uuid *value)
{
	return bind_bytes(s, index, bytes_of(value->b, sizeof value->b));
}

err bind_null(struct statement *s, int index)
{
	return bound(s, sqlite3_bind_null(prepared_of(s)->stmt, index));
}

err bind_i64_array(struct statement *s, int index, const int64_t *values, size_t count)
{
	if (count > SIZE_MAX / 16)
		FAIL(ERR_LIMIT, "too many values");
	struct store_array *copy = malloc(sizeof *copy + count * sizeof copy->value[0]);
	if (!copy)
		FAIL(ERR_LIMIT, "no memory for the values");
	copy->count = count;
	for (size_t i = 0; i < count; i++)
		copy->value[i] = values[i];
	return bound(s, sqlite3_bind_pointer(prepared_of(s)->stmt, index, copy, STORE_ARRAY_POINTER, free));
}

/* --- running --- */

err statement_step(struct statement *s, bool *out_row)
{
	int rc = sqlite3_step(prepared_of(s)->stmt);

	if (rc == SQLITE_ROW || rc == SQLITE_DONE) {
		*out_row = rc == SQLITE_ROW;
		return OK;
	}
	sqlite3_reset(prepared_of(s)->stmt);
	return store_error(s->store, rc);
}

err statement_run(struct statement *s)
{
	bool row = true;

	while (row)
		TRY(statement_step(s, &row));
	sqlite3_reset(prepared_of(s)->stmt);
	return OK;
}

err statement_run_one(struct statement *s)
{
	TRY(statement_run(s));
	if (sqlite3_changes64(s->store->db) == 0)
		FAIL(ERR_NOT_FOUND, "no row was changed");
	return OK;
}

/* --- columns --- */

bool column_is_null(const struct statement *s, int index)
{
	return sqlite3_column_type(prepared_of(s)->stmt, index) == SQLITE_NULL;
}

int64_t column_i64(const struct statement *s, int index)
{
	return sqlite3_column_int64(prepared_of(s)->stmt, index);
}

double column_f64(const struct statement *s, int index)
{
	return sqlite3_column_double(prepared_of(s)->stmt, index);
}

str column_text(const struct statement *s, int index)
{
	const char *at = (const char *)sqlite3_column_text(prepared_of(s)->stmt, index);
	return (str){ at, at ? (size_t)sqlite3_column_bytes(prepared_of(s)->stmt, index) : 0 };
}

bytes column_bytes(const struct statement *s, int index)
{
	const uint8_t *at = sqlite3_column_blob(prepared_of(s)->stmt, index);
	return (bytes){ at, at ? (size_t)sqlite3_column_bytes(prepared_of(s)->stmt, index) : 0 };
}

struct uuid column_uuid(const struct statement *s, int index)
{
	bytes raw = column_bytes(s, index);
	struct uuid u = { { 0 } };

	if (raw.len == sizeof u.b)
		memcpy(u.b, raw.at, sizeof u.b);
	return u;
}

int column_count(const struct statement *s)
{
	return sqlite3_column_count(prepared_of(s)->stmt);
}

enum column_kind column_kind(const struct statement *s, int index)
{
	switch (sqlite3_column_type(prepared_of(s)->stmt, index)) {
	case SQLITE_INTEGER:
		return COLUMN_INTEGER;
	case SQLITE_FLOAT:
		return COLUMN_FLOAT;
	case SQLITE_TEXT:
		return COLUMN_TEXT;
	case SQLITE_BLOB:
		return COLUMN_BYTES;
	default:
		return COLUMN_NULL;
	}
}

int64_t store_changes(const struct store *store)
{
	return sqlite3_changes64(store->db);
}

/* Both numbers only grow, so the sum is new when either is. */
uint64_t store_mark(const struct store *store)
{
	return (uint64_t)sqlite3_total_changes64(store->db) + store->undone;
}

int64_t store_last_rowid(const struct store *store)
{
	return sqlite3_last_insert_rowid(store->db);
}
