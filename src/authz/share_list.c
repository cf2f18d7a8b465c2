#include "authz/share_list.h"

#include "authz/cascade.h"
#include "authz/internal.h"
#include "base/map.h"
#include "crypto/uuid5.h"
#include "store/function.h"

enum { TEXT_MAX = 1024 * 1024 };

/* The id of a share follows from the row and the principal, for shares from above are not stored. */
static struct uuid share_id(const struct uuid *row, const struct uuid *principal)
{
	return uuid5_of(row, bytes_of(principal->b, sizeof principal->b));
}

/* A list goes on behind a number. Two shares of the same would be one row to it: of 10^6 shares two are with a chance of 10^-7. */
static bool share_number(void *self, bytes id, int64_t *out)
{
	(void)self;
	*out = (int64_t)(siphash((struct map_seed){ 0x73686172, 0x65 }, id) >> 1);
	return true;
}

err authz_share_list_open(struct store *store)
{
	TRY(store_add_uuid_function(store, "share_id", share_id));
	return store_add_function(store, "share_number", share_number, store);
}

/* --- which rows --- */

/* Downwards from what the principal is given: e (tbl, obj). */
static void reached_write(struct buffer *text, const struct snapshot *s, int64_t principal)
{
	buffer_append_format(text, "start (tbl, obj) AS (SELECT h.tbl, h.obj FROM share AS h WHERE h.principal = %lld", (long long)principal);
	for (size_t i = 0; i < s->relationship_count; i++) {
		const struct relationship *r = &s->relationships[i];
		if (!cascade_passes(r) || !r->reparent)
			continue;
		buffer_append_format(text, " UNION SELECT %u, c.key FROM %.*s AS p CROSS JOIN %.*s AS c ON c.%.*s = p.id WHERE p.owner = %lld AND c.owner <> p.owner%s",
				     r->referencing->ordinal, STR_ARG(r->referenced->sql), STR_ARG(r->referencing->sql), STR_ARG(r->lookup->sql),
				     (long long)principal, cascade_applies(r->reparent));
	}
	for (size_t i = 0; i < s->relationship_count; i++) {
		const struct relationship *r = &s->relationships[i];
		if (!cascade_passes(r) || !r->share)
			continue;
		buffer_append_format(text, " UNION SELECT %u, c.key FROM start AS e CROSS JOIN %.*s AS p ON p.key = e.obj CROSS JOIN %.*s AS c ON c.%.*s = p.id "
				     "WHERE e.tbl = %u%s", r->referencing->ordinal, STR_ARG(r->referenced->sql), STR_ARG(r->referencing->sql),
				     STR_ARG(r->lookup->sql), r->referenced->ordinal, cascade_applies(r->share));
	}
	buffer_append_char(text, ')');
}

static void start_write(struct buffer *text, const struct snapshot *s, const struct share_question *q)
{
	if (q->table)
		buffer_append_format(text, "start (tbl, obj) AS (SELECT %u, %lld)", q->table->ordinal, (long long)q->row);
	else if (q->of_principal)
		reached_write(text, s, q->principal);
	else
		buffer_append_str(text, S("start (tbl, obj) AS (SELECT DISTINCT tbl, obj FROM share WHERE own <> 0)"));
}

/* --- what they have --- */

/* Upwards from each: up (st, so, tbl, obj), the rows whose shares reach (st, so). */
static void above_write(struct buffer *text, const struct snapshot *s)
{
	buffer_append_str(text, S(", up (st, so, tbl, obj) AS (SELECT tbl, obj, tbl, obj FROM start"));
	for (size_t i = 0; i < s->relationship_count; i++) {
		const struct relationship *r = &s->relationships[i];
		if (!cascade_passes(r) || !r->share)
			continue;
		buffer_append_format(text, " UNION SELECT up.st, up.so, %u, p.key FROM up CROSS JOIN %.*s AS c ON c.key = up.obj CROSS JOIN %.*s AS p "
				     "ON p.id = c.%.*s WHERE up.tbl = %u%s", r->referenced->ordinal, STR_ARG(r->referencing->sql), STR_ARG(r->referenced->sql),
				     STR_ARG(r->lookup->sql), r->referencing->ordinal, cascade_applies(r->share));
	}
	buffer_append_char(text, ')');
}

/* share.own is the explicit part; the rest of share.mask outlived a share above, and so came from there. */
static void got_write(struct buffer *text, const struct snapshot *s)
{
	const uint32_t all = 2 * share_bit(RIGHT_APPEND_TO) - share_bit(RIGHT_READ);
	buffer_append_str(text, S(", got (tbl, obj, principal, own, inh) AS (SELECT up.st, up.so, h.principal, iif(up.tbl = up.st AND up.obj = up.so, h.own, 0), "
				  "iif(up.tbl = up.st AND up.obj = up.so, h.mask & ~h.own, h.mask) FROM up CROSS JOIN share AS h ON h.tbl = up.tbl AND h.obj = up.obj"));
	for (size_t i = 0; i < s->relationship_count; i++) {
		const struct relationship *r = &s->relationships[i];
		if (!cascade_passes(r) || !r->reparent)
			continue;
		buffer_append_format(text, " UNION ALL SELECT up.st, up.so, p.owner, 0, %u FROM up CROSS JOIN %.*s AS c ON c.key = up.obj CROSS JOIN %.*s AS p "
				     "ON p.id = c.%.*s WHERE up.tbl = %u AND c.owner <> p.owner%s", all, STR_ARG(r->referencing->sql),
				     STR_ARG(r->referenced->sql), STR_ARG(r->lookup->sql), r->referencing->ordinal, cascade_applies(r->reparent));
		if (s->assigning)
			cascade_held_back_sql(text, r->referenced);
	}
	buffer_append_char(text, ')');
}

/* The bits of a stored mask, united over a group, as the wire has them (1.4). */
static void bits_write(struct buffer *text, const char *mask)
{
	for (int r = RIGHT_READ; r < RIGHTS_END; r++)
		buffer_append_format(text, "%smax(%s >> %d & 1) * %lld", r > RIGHT_READ ? " + " : "", mask, r - 1, (long long)right_access_bit((enum right)r));
}

static void pairs_write(struct buffer *text, const struct share_question *q)
{
	buffer_append_str(text, S(", pair AS (SELECT tbl, obj, principal, "));
	bits_write(text, "own");
	buffer_append_str(text, S(" AS own, "));
	bits_write(text, "inh");
	buffer_append_str(text, S(" AS inh FROM got"));
	if (q->of_principal)
		buffer_append_format(text, " WHERE principal = %lld", (long long)q->principal);
	buffer_append_str(text, S(" GROUP BY tbl, obj, principal)"));
}

/* --- how they are shown --- */

static void objects_write(struct buffer *text, const struct metadata *m, const struct share_question *q, const char *what)
{
	buffer_append_str(text, S("CASE pair.tbl"));
	for (size_t i = 0; i < m->by_ordinal_count; i++) {
		const struct table *t = m->by_ordinal[i];
		if (!t || t->builtin || !table_is_owned(t) || (q->table && q->table != t))
			continue;
		if (*what)
			buffer_append_format(text, " WHEN %u THEN (SELECT o.id FROM %.*s AS o WHERE o.key = pair.obj)", t->ordinal, STR_ARG(t->sql));
		else
			buffer_append_format(text, " WHEN %u THEN %d", t->ordinal, t->object_type_code);
	}
	buffer_append_str(text, S(" WHEN 0 THEN NULL END"));
}

static int32_t type_code(const struct metadata *m, const char *table)
{
	const struct table *t = metadata_table(m, str_of(table));
	return t ? t->object_type_code : 0;
}

static void shown_write(struct buffer *text, const struct metadata *m, const struct share_question *q)
{
	buffer_append_str(text, S(", shown AS (SELECT "));
	objects_write(text, m, q, "id");
	buffer_append_str(text, S(" AS objectid, "));
	objects_write(text, m, q, "");
	buffer_append_format(text, " AS objecttypecode, iif(pair.principal = %d, (SELECT id FROM organization), p.id) AS principalid, "
			     "CASE WHEN pair.principal = %d THEN %d WHEN p.kind = %d THEN %d ELSE %d END AS principaltypecode, pair.own AS accessrightsmask, "
			     "pair.inh AS inheritedaccessrightsmask FROM pair LEFT JOIN principal AS p ON p.key = pair.principal)",
			     EVERYBODY, EVERYBODY, type_code(m, "organization"), PRINCIPAL_TEAM, type_code(m, "team"), type_code(m, "systemuser"));
}

err authz_share_list_sql(struct authz *a, const struct share_question *q, struct arena *arena, str *out)
{
	const struct snapshot *s = NULL;
	SCOPED(buffer) text = { 0 };
	TRY(authz_snapshot(a, &s));
	buffer_init(&text, TEXT_MAX);
	buffer_append_str(&text, S("(WITH RECURSIVE "));
	start_write(&text, s, q);
	above_write(&text, s);
	got_write(&text, s);
	pairs_write(&text, q);
	shown_write(&text, a->metadata, q);
	buffer_append_str(&text, S(" SELECT share_number(share_id(objectid, principalid)) AS key, share_id(objectid, principalid) AS id, 1 AS version, "
				   "0 AS owner, 0 AS unit, * FROM shown WHERE objectid IS NOT NULL AND principalid IS NOT NULL)"));
	if (text.failed)
		FAIL(ERR_LIMIT, "too many tables or relationships for one statement");
	*out = str_copy(arena, buffer_str(&text));
	TRY_NEW(out->at);
	return OK;
}
