#include "authz/share.h"

#include "authz/cascade.h"
#include "authz/internal.h"
#include "authz/share_index.h"
#include "authz/sql_catalog.h"

enum { CASCADE_TEXT_MAX = 256 * 1024, REPARENT_GUESS = 1000, FEW = 4, NO_PRINCIPAL = -1 };

static bool is_shareable(const struct table *table)
{
	return table_is_owned(table) && !table->builtin;
}

static err masks_read(struct statement *s, uint32_t *out)
{
	uint32_t mask = 0;
	for (bool row;;) {
		TRY(statement_step(s, &row));
		if (!row)
			break;
		mask |= (uint32_t)column_i64(s, 0);
	}
	*out = mask;
	return OK;
}

/* A list is made into a table first: dear where it is short. */
static err masks_begin(struct authz *a, const struct table *table, int64_t row_key, const int64_t *with, size_t count, struct statement *out)
{
	struct arg t = arg_i64(table->ordinal), row = arg_i64(row_key), few[FEW];
	if (count > FEW)
		return sql_begin(a->store, &SQL_AUTHZ_SHARE_MASKS, ARGS(t, row, arg_i64s(with, count)), out);
	for (size_t i = 0; i < FEW; i++)
		few[i] = arg_i64(i < count ? with[i] : NO_PRINCIPAL);
	return sql_begin(a->store, &SQL_AUTHZ_SHARE_MASKS_FEW, ARGS(t, row, few[0], few[1], few[2], few[3]), out);
}

static err block_read(struct authz *a, const struct table *table, int64_t row_key)
{
	struct share_draft draft;
	int64_t first = share_block_first(row_key);
	SCOPED(statement) s = { 0 };
	draft.many = false;
	draft.count = 0;
	TRY(sql_begin(a->store, &SQL_AUTHZ_SHARE_BLOCK,
		      ARGS(arg_i64(table->ordinal), arg_i64(first), arg_i64(first + SHARE_BLOCK_ROWS - 1), arg_i64(SHARE_BLOCK_MAX + 1)), &s));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		share_draft_add(&draft, column_i64(&s, 0), column_i64(&s, 1), (uint32_t)column_i64(&s, 2));
	}
	share_index_put(a->shares, table->ordinal, row_key, &draft);
	return OK;
}

/* While the store is writing, what it holds may never have been: then the index learns nothing. */
static err explicit_masks(struct authz *a, const struct table *table, int64_t row_key, const int64_t *with, size_t count, uint32_t *out)
{
	enum share_knowledge known = share_index_masks(a->shares, table->ordinal, row_key, with, count, out);
	if (known == SHARES_UNKNOWN && !store_writing(a->store)) {
		TRY(block_read(a, table, row_key));
		known = share_index_masks(a->shares, table->ordinal, row_key, with, count, out);
	}
	if (known == SHARES_KNOWN)
		return OK;
	SCOPED(statement) s = { 0 };
	TRY(masks_begin(a, table, row_key, with, count, &s));
	return masks_read(&s, out);
}

static void share_changed(void *self, int64_t table, int64_t row_key)
{
	share_index_forget(self, table, row_key);
}

err authz_shares_open(struct authz *a)
{
	TRY(share_index_new(&a->shares));
	return store_watch(a->store, "share", "tbl", "obj", share_changed, a->shares);
}

void authz_shares_close(struct authz *a)
{
	if (a->shares)
		store_watch_end(a->store, "share");
	share_index_free(a->shares);
}

/* Explicit ones among them. */
static err cascaded_masks(struct authz *a, const struct cascade *cascade, int64_t row_key, const int64_t *with, size_t count, uint32_t *out)
{
	SCOPED(statement) s = { 0 };
	SCOPED(buffer) text = { 0 };
	buffer_init(&text, CASCADE_TEXT_MAX);
	cascade_masks_sql(&text, cascade, 1, 2);
	if (text.failed)
		FAIL(ERR_LIMIT, "too many cascading relationships for one statement");
	TRY(statement_open_text(a->store, buffer_str(&text), &s));
	TRY(bind_i64(&s, 1, row_key));
	TRY(bind_i64_array(&s, 2, with, count));
	return masks_read(&s, out);
}

err authz_shares_with(struct authz *a, const struct table *table, int64_t row_key, const int64_t *with, size_t count, uint32_t *out)
{
	const struct cascade *cascade = NULL;
	*out = 0;
	if (!is_shareable(table) || count == 0)
		return OK;
	TRY(authz_cascade(a, table, &cascade));
	return cascade ? cascaded_masks(a, cascade, row_key, with, count, out) : explicit_masks(a, table, row_key, with, count, out);
}

err authz_shared_mask(struct authz *a, const struct authz_context *ctx, const struct table *table, int64_t row_key, uint32_t *out)
{
	const uint32_t read = share_bit(RIGHT_READ), change = share_bit(RIGHT_WRITE) | share_bit(RIGHT_APPEND) | share_bit(RIGHT_APPEND_TO);
	static const enum right of[] = { RIGHT_READ, RIGHT_WRITE };
	const uint32_t carried[] = { read, change };
	TRY(authz_shares_with(a, table, row_key, ctx->sharers, ctx->sharer_count, out));
	for (size_t i = 0; i < COUNT_OF(of); i++) {
		size_t count;
		uint32_t below;
		const int64_t *reports = authz_reports(ctx, table, of[i], &count);
		if (count == 0)
			continue;
		TRY(authz_shares_with(a, table, row_key, reports, count, &below));
		*out |= below & carried[i];
	}
	return OK;
}

/* Whether shares of the row carry this right to the sharers of its filter, who are those that authz_shared_mask asks about. */
static err mask_for(struct authz *a, struct authz_context *ctx, const struct table *table, enum right right, int64_t row_key, uint32_t *out)
{
	const struct cascade *cascade = NULL;
	const struct row_filter *filter = NULL;
	*out = 0;
	if (!is_shareable(table))
		return OK;
	TRY(authz_row_filter(ctx, table, right, &filter));
	if (filter->sharer_count == 0)
		return OK;
	TRY(explicit_masks(a, table, row_key, filter->sharers, filter->sharer_count, out));
	if (*out & share_bit(right))
		return OK;
	TRY(authz_cascade_at(a, ctx->epoch, table, &cascade));
	return cascade ? cascaded_masks(a, cascade, row_key, filter->sharers, filter->sharer_count, out) : OK;
}

err authz_decide_row(struct authz *a, struct authz_context *ctx, const struct table *table, enum right right, int64_t row_key,
		     int64_t owner, int64_t unit, struct decision *out)
{
	uint32_t mask = 0;
	struct decision d = authz_check_row(ctx, table, right, owner, unit);
	if (authz_share_may_reach(table, &d))
		TRY(mask_for(a, ctx, table, right, row_key, &mask));
	*out = authz_reached(ctx, table, right, &d, mask);
	return OK;
}

err authz_share_read(struct authz *a, const struct table *table, int64_t row_key, int64_t principal, uint32_t *out)
{
	SCOPED(statement) s = { 0 };
	*out = 0;
	if (!is_shareable(table))
		return OK;
	TRY(sql_begin(a->store, &SQL_AUTHZ_SHARE_OWN, ARGS(arg_i64(table->ordinal), arg_i64(principal), arg_i64(row_key)), &s));
	return masks_read(&s, out);
}

err authz_share_write(struct authz *a, const struct table *table, int64_t row_key, int64_t principal, uint32_t own)
{
	struct arg t = arg_i64(table->ordinal), p = arg_i64(principal), r = arg_i64(row_key);
	SCOPED(statement) s = { 0 };
	uint32_t kept;
	TRY(sql_begin(a->store, &SQL_AUTHZ_SHARE_KEPT, ARGS(t, p, r), &s));
	TRY(masks_read(&s, &kept));
	if (!(own | kept))
		return sql_run(a->store, &SQL_AUTHZ_SHARE_DELETE, ARGS(t, p, r));
	return sql_run(a->store, &SQL_AUTHZ_SHARE_PUT, ARGS(t, p, r, arg_i64(own | kept), arg_i64(own)));
}

static err held_of(struct authz *a, const struct row_filter *f, const struct table *table, enum right right, int64_t *inout)
{
	int64_t n;
	TRY(sql_i64(a->store, &SQL_AUTHZ_SHARES_HELD,
		    ARGS(arg_i64(table->ordinal), arg_i64s(f->sharers, f->sharer_count), arg_i64(share_bit(right)),
			 arg_i64(SHARES_COUNTED_MAX)),
		    &n));
	*inout += n;
	return OK;
}

err authz_shares_held(struct authz *a, const struct row_filter *filter, const struct table *table, enum right right, int64_t *out)
{
	const struct cascade *cascade = NULL;
	*out = 0;
	if (!is_shareable(table) || filter->sharer_count == 0 || !share_bit(right))
		return OK;
	TRY(held_of(a, filter, table, right, out));
	TRY(authz_cascade(a, table, &cascade));
	for (size_t i = 0; cascade && i < cascade->count; i++) {
		if (cascade->links[i].share)
			TRY(held_of(a, filter, cascade->links[i].parent, right, out));
		if (cascade->links[i].reparent)
			*out += REPARENT_GUESS;
	}
	return OK;
}
