#include "authz/cascade.h"

#include "authz/internal.h"
#include "authz/sql_catalog.h"

/* --- which links --- */

bool cascade_passes(const struct relationship *r)
{
	bool owned = table_is_owned(r->referenced) && table_is_owned(r->referencing);
	return owned && !r->referenced->builtin && !r->referencing->builtin && (r->share || r->reparent);
}

static bool among(const struct cascade *c, const struct table *t)
{
	if (c->table == t)
		return true;
	for (size_t i = 0; i < c->count; i++)
		if (c->links[i].share && c->links[i].parent == t)
			return true;
	return false;
}

static bool has(const struct cascade *c, const struct column *lookup)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->links[i].lookup == lookup)
			return true;
	return false;
}

/* The table's own links, then those of the tables that a Share comes from, until there are no more. */
static err cascade_make(struct snapshot *s, const struct table *table, struct cascade **out)
{
	struct cascade *c = NEW(s->arena, struct cascade);
	struct cascade_link *links = NEW_ARRAY(s->arena, struct cascade_link, s->relationship_count);
	TRY_NEW(c);
	TRY_NEW(links);
	*c = (struct cascade){ .table = table, .links = links };
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < s->relationship_count; i++) {
			const struct relationship *r = &s->relationships[i];
			if (!cascade_passes(r) || !among(c, r->referencing) || has(c, r->lookup))
				continue;
			links[c->count++] = (struct cascade_link){ r->referenced, r->referencing, r->lookup, r->share, r->reparent, r->unshare,
								   s->assigning };
			more = true;
		}
	}
	*out = c;
	return OK;
}

static err cascade_of(struct authz *a, const struct snapshot *shared, const struct table *table, const struct cascade **out)
{
	*out = NULL;
	if (table->builtin || table->ordinal >= shared->table_count || shared->relationship_count == 0)
		return OK;
	struct snapshot *s = a->snapshot; /* the same, ours to fill */
	struct cascade **slot = &s->cascades[table->ordinal];
	if (!*slot)
		TRY(cascade_make(s, table, slot));
	*out = (*slot)->count ? *slot : NULL;
	return OK;
}

err authz_cascade(struct authz *a, const struct table *table, const struct cascade **out)
{
	const struct snapshot *s = NULL;
	TRY(authz_snapshot(a, &s));
	return cascade_of(a, s, table, out);
}

err authz_cascade_at(struct authz *a, uint64_t epoch, const struct table *table, const struct cascade **out)
{
	if (a->snapshot && a->snapshot->epoch == epoch)
		return cascade_of(a, a->snapshot, table, out);
	return authz_cascade(a, table, out);
}

/* --- SQL --- */

const char *cascade_applies(enum cascade_kind kind)
{
	return kind == CASCADE_ACTIVE ? " AND c.state = 0" : kind == CASCADE_USER_OWNED ? " AND c.owner = p.owner" : "";
}

void cascade_held_back_sql(struct buffer *text, const struct table *parent)
{
	buffer_append_format(text, " AND NOT EXISTS (SELECT 1 FROM job_row AS j WHERE j.tbl = %u AND j.obj = p.key)", parent->ordinal);
}

static void held_back_write(struct buffer *text, const struct cascade_link *l)
{
	if (l->held_back)
		cascade_held_back_sql(text, l->parent);
}

static void tables_write(struct buffer *text, const struct cascade *c)
{
	buffer_append_format(text, "%u", c->table->ordinal);
	for (size_t i = 0; i < c->count; i++)
		if (c->links[i].share)
			buffer_append_format(text, ", %u", c->links[i].parent->ordinal);
}

void cascade_rows_sql(struct buffer *text, const struct cascade *c, int with, int bit)
{
	buffer_append_format(text, "WITH RECURSIVE e (tbl, obj) AS (SELECT h.tbl, h.obj FROM i64_array(?%d) AS q CROSS JOIN share AS h "
			     "ON h.principal = q.value WHERE h.tbl IN (", with);
	tables_write(text, c);
	buffer_append_format(text, ") AND (h.mask & ?%d) <> 0", bit);
	for (size_t i = 0; i < c->count; i++) {
		const struct cascade_link *l = &c->links[i];
		if (!l->reparent)
			continue;
		buffer_append_format(text, " UNION SELECT %u, c.key FROM i64_array(?%d) AS q CROSS JOIN %.*s AS p ON p.owner = q.value "
				     "CROSS JOIN %.*s AS c ON c.%.*s = p.id WHERE c.owner <> p.owner%s",
				     l->child->ordinal, with, STR_ARG(l->parent->sql), STR_ARG(l->child->sql), STR_ARG(l->lookup->sql),
				     cascade_applies(l->reparent));
		held_back_write(text, l);
	}
	for (size_t i = 0; i < c->count; i++) {
		const struct cascade_link *l = &c->links[i];
		if (l->share)
			buffer_append_format(text, " UNION SELECT %u, c.key FROM e CROSS JOIN %.*s AS p ON p.key = e.obj CROSS JOIN %.*s AS c "
					     "ON c.%.*s = p.id WHERE e.tbl = %u%s",
					     l->child->ordinal, STR_ARG(l->parent->sql), STR_ARG(l->child->sql), STR_ARG(l->lookup->sql),
					     l->parent->ordinal, cascade_applies(l->share));
	}
	buffer_append_format(text, ") SELECT obj FROM e WHERE tbl = %u", c->table->ordinal);
}

void cascade_masks_sql(struct buffer *text, const struct cascade *c, int row, int with)
{
	const uint32_t all = 2 * share_bit(RIGHT_APPEND_TO) - share_bit(RIGHT_READ);
	buffer_append_format(text, "WITH RECURSIVE up (tbl, obj) AS (SELECT %u, ?%d", c->table->ordinal, row);
	for (size_t i = 0; i < c->count; i++) {
		const struct cascade_link *l = &c->links[i];
		if (l->share)
			buffer_append_format(text, " UNION SELECT %u, p.key FROM up CROSS JOIN %.*s AS c ON c.key = up.obj CROSS JOIN %.*s AS p "
					     "ON p.id = c.%.*s WHERE up.tbl = %u%s",
					     l->parent->ordinal, STR_ARG(l->child->sql), STR_ARG(l->parent->sql), STR_ARG(l->lookup->sql),
					     l->child->ordinal, cascade_applies(l->share));
	}
	buffer_append_format(text, ") SELECT h.mask FROM up CROSS JOIN share AS h ON h.tbl = up.tbl AND h.obj = up.obj "
			     "WHERE h.principal IN (SELECT value FROM i64_array(?%d))", with);
	for (size_t i = 0; i < c->count; i++) {
		const struct cascade_link *l = &c->links[i];
		if (!l->reparent)
			continue;
		buffer_append_format(text, " UNION ALL SELECT %u FROM up CROSS JOIN %.*s AS c ON c.key = up.obj CROSS JOIN %.*s AS p "
				     "ON p.id = c.%.*s WHERE up.tbl = %u AND c.owner <> p.owner AND p.owner IN (SELECT value FROM i64_array(?%d))%s",
				     all, STR_ARG(l->child->sql), STR_ARG(l->parent->sql), STR_ARG(l->lookup->sql), l->child->ordinal,
				     with, cascade_applies(l->reparent));
		held_back_write(text, l);
	}
}

/* --- what outlives a share --- */

enum { KEEP_TEXT_MAX = 256 * 1024 };

static bool carries(const struct relationship *r)
{
	return cascade_passes(r) && r->share;
}

/* Child c of p loses what p loses. Empty: never. */
static const char *loses(enum cascade_kind unshare)
{
	return unshare == CASCADE_ALL ? "1" : unshare == CASCADE_ACTIVE ? "c.state = 0" : unshare == CASCADE_USER_OWNED ? "c.owner = p.owner" : "0";
}

/* "FROM lost, the parent p in it, its children c that Share reaches" */
static void children_write(struct buffer *text, const struct relationship *r)
{
	buffer_append_format(text, " FROM lost CROSS JOIN %.*s AS p ON p.key = lost.obj CROSS JOIN %.*s AS c ON c.%.*s = p.id WHERE lost.tbl = %u%s",
			     STR_ARG(r->referenced->sql), STR_ARG(r->referencing->sql), STR_ARG(r->lookup->sql), r->referenced->ordinal,
			     cascade_applies(r->share));
}

/* The rows that lose with ?1.?2: itself, and below it over each Share that Unshare follows. */
static void lost_write(struct buffer *text, const struct snapshot *s)
{
	buffer_append_str(text, S("WITH RECURSIVE lost (tbl, obj) AS (SELECT ?1, ?2"));
	for (size_t i = 0; i < s->relationship_count; i++) {
		const struct relationship *r = &s->relationships[i];
		if (!carries(r))
			continue;
		buffer_append_format(text, " UNION SELECT %u, c.key", r->referencing->ordinal);
		children_write(text, r);
		buffer_append_format(text, " AND %s", loses(r->unshare));
	}
	buffer_append_str(text, S(") "));
}

/* The link's end is noticed by a trigger of its own; made when it is first needed. */
static err link_watch(struct authz *a, const struct relationship *r, struct arena *arena)
{
	char id[UUID_TEXT_LEN + 1];
	uuid_format(&r->lookup->id, id);
	str sql = str_format(arena, "CREATE TRIGGER IF NOT EXISTS %.*s_kept_%.*s AFTER UPDATE OF %.*s ON %.*s WHEN old.%.*s IS NOT new.%.*s BEGIN "
			     "DELETE FROM share_kept WHERE tbl = %u AND obj = old.key AND via = x'%.8s%.4s%.4s%.4s%.12s'; END;",
			     STR_ARG(r->referencing->sql), STR_ARG(r->lookup->sql), STR_ARG(r->lookup->sql), STR_ARG(r->referencing->sql),
			     STR_ARG(r->lookup->sql), STR_ARG(r->lookup->sql), r->referencing->ordinal, id, id + 9, id + 14, id + 19, id + 24);
	TRY_NEW(sql.at);
	return store_execute(a->store, sql);
}

static err keep_over(struct authz *a, const struct snapshot *sn, const struct relationship *r, const struct table *table, int64_t row_key,
		     int64_t principal, uint32_t lost)
{
	SCOPED(buffer) text = { 0 };
	SCOPED(statement) s = { 0 };
	buffer_init(&text, KEEP_TEXT_MAX);
	buffer_append_str(&text, S("INSERT INTO share_kept (tbl, obj, principal, via, mask) "));
	lost_write(&text, sn);
	buffer_append_format(&text, "SELECT %u, c.key, ?3, ?4, ?5", r->referencing->ordinal);
	children_write(&text, r);
	buffer_append_format(&text, " AND NOT %s ON CONFLICT (tbl, obj, principal, via) DO UPDATE SET mask = mask | ?5", loses(r->unshare));
	if (text.failed)
		FAIL(ERR_LIMIT, "too many cascading relationships for one statement");
	TRY(statement_open_text(a->store, buffer_str(&text), &s));
	TRY(bind_i64(&s, 1, table->ordinal));
	TRY(bind_i64(&s, 2, row_key));
	TRY(bind_i64(&s, 3, principal));
	TRY(bind_uuid(&s, 4, &r->lookup->id));
	TRY(bind_i64(&s, 5, lost));
	TRY(statement_run(&s));
	return sql_run(a->store, &SQL_AUTHZ_KEPT_SHARE, ARGS(arg_i64(principal), arg_uuid(&r->lookup->id)));
}

err cascade_keep(struct authz *a, const struct table *table, int64_t row_key, int64_t principal, uint32_t lost, struct arena *arena)
{
	const struct snapshot *s = NULL;
	TRY(authz_snapshot(a, &s));
	for (size_t i = 0; lost && i < s->relationship_count; i++) {
		const struct relationship *r = &s->relationships[i];
		if (!carries(r) || r->unshare == CASCADE_ALL)
			continue;
		TRY(link_watch(a, r, arena));
		TRY(keep_over(a, s, r, table, row_key, principal, lost));
	}
	return OK;
}
