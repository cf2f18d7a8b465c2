/* authz/refusal.c - the words of a refusal (4.8). */
#include "authz/internal.h"

static const struct privilege *privilege_named(const struct table *table, enum right right, struct arena *arena,
					       struct privilege list[static RIGHTS_END - 1])
{
	size_t n = table_privileges(table, arena, list);
	for (size_t i = 0; i < n; i++)
		if (list[i].right == right)
			return &list[i];
	return NULL;
}

/* The shape that clients parse. */
static str missing_privilege(const struct authz_context *ctx, const struct table *table, enum right right, struct arena *arena)
{
	struct privilege list[RIGHTS_END - 1];
	char user[UUID_TEXT_LEN + 1], id[UUID_TEXT_LEN + 1] = "00000000-0000-0000-0000-000000000000";
	const struct privilege *p = privilege_named(table, right, arena, list);
	uuid_format(&ctx->facts.id, user);
	if (p)
		uuid_format(&p->id, id);
	return str_format(arena,
			  "Principal user (Id=%s, type=8, roleCount=%zu, privilegeCount=%zu, accessMode=%d), is missing prv%s%.*s privilege "
			  "(Id=%s) on OTC=%d for entity '%.*s'.", user, ctx->role_count, ctx->privilege_count,
			  (int)context_access_mode(ctx), right_name(right), STR_ARG(table->schema_name), id, table->object_type_code,
			  STR_ARG(table->logical_name));
}

struct refusal authz_refusal_of(struct authz *a, const struct authz_context *ctx, const struct table *table,
				const struct decision *d, struct arena *arena)
{
	const struct reason_row *row = reason_row(d->reason);
	struct refusal r = { .status = row->status, .reason = d->reason, .code = str_of(row->vendor_code) };
	(void)a;
	bool of_privilege = d->reason == REASON_MISSING_PRIVILEGE || d->reason == REASON_ACCESS_MODE || d->reason == REASON_LICENCE_BOUND;
	if (table && d->right != RIGHT_NONE && of_privilege)
		r.message = missing_privilege(ctx, table, d->right, arena);
	else
		r.message = str_copy(arena, str_of(row->text));
	return r;
}
