#include "metadata/relationship.h"

#include "metadata/sql_catalog.h"

/* The text is ours: {"Assign":"NoCascade",...} without blanks. */
static str setting_of(str cascade, str action)
{
	size_t at = str_find(cascade, action, 0);
	if (at == SIZE_MAX)
		return S("");
	str rest = str_from(cascade, at + action.len);
	size_t end = str_find_char(rest, '"', 0);
	return end == SIZE_MAX ? S("") : str_slice(rest, 0, end);
}

static enum cascade_kind kind_of(str cascade, str action)
{
	str value = setting_of(cascade, action);
	return str_equal(value, S("Cascade"))	? CASCADE_ALL :
	       str_equal(value, S("Active"))	? CASCADE_ACTIVE :
	       str_equal(value, S("UserOwned")) ? CASCADE_USER_OWNED :
						  CASCADE_NONE;
}

static void cascade_fill(struct relationship *r)
{
	str on_delete = setting_of(r->cascade, S("\"Delete\":\""));
	r->assign = kind_of(r->cascade, S("\"Assign\":\""));
	r->share = kind_of(r->cascade, S("\"Share\":\""));
	r->unshare = kind_of(r->cascade, S("\"Unshare\":\""));
	r->reparent = kind_of(r->cascade, S("\"Reparent\":\""));
	r->on_delete = str_equal(on_delete, S("Cascade")) ? DELETE_CASCADE : str_equal(on_delete, S("Restrict")) ? DELETE_RESTRICT : DELETE_REMOVE_LINK;
}

static err one_read(const struct statement *s, const struct metadata *m, struct arena *arena, struct relationship *out)
{
	*out = (struct relationship){ .id = column_uuid(s, 0), .schema_name = str_copy(arena, column_text(s, 1)),
		.referenced = metadata_table_by_ordinal(m, (uint16_t)column_i64(s, 2)),
		.referencing = metadata_table_by_ordinal(m, (uint16_t)column_i64(s, 3)), .cascade = str_copy(arena, column_text(s, 5)) };
	TRY_NEW(out->schema_name.at);
	TRY_NEW(out->cascade.at);
	cascade_fill(out);
	out->lookup = out->referencing ? table_column(out->referencing, column_text(s, 4)) : NULL;
	if (!out->lookup || !out->referenced)
		FAIL(ERR_CORRUPT, "a relationship of a table or column that does not exist");
	return OK;
}

err relationships_read(struct store *store, const struct metadata *m, struct arena *arena, struct relationship **out, size_t *out_count)
{
	struct relationship *list = NULL;
	size_t n = 0, room = 0;
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, &SQL_RELATIONSHIPS, &s));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		if (n == room) {
			struct relationship *wider = NEW_ARRAY(arena, struct relationship, room ? room * 2 : 16);
			TRY_NEW(wider);
			if (n)
				memcpy(wider, list, n * sizeof *wider);
			room = room ? room * 2 : 16;
			list = wider;
		}
		TRY(one_read(&s, m, arena, &list[n]));
		n++;
	}
	*out = list;
	*out_count = n;
	return OK;
}
