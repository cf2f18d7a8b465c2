#include "metadata/relationship.h"

#include "metadata/sql_catalog.h"

static err one_read(const struct statement *s, const struct metadata *m, struct arena *arena, struct relationship *out)
{
	*out = (struct relationship){ .id = column_uuid(s, 0), .schema_name = str_copy(arena, column_text(s, 1)),
		.referenced = metadata_table_by_ordinal(m, (uint16_t)column_i64(s, 2)),
		.referencing = metadata_table_by_ordinal(m, (uint16_t)column_i64(s, 3)), .cascade = str_copy(arena, column_text(s, 5)) };
	TRY_NEW(out->schema_name.at);
	TRY_NEW(out->cascade.at);
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
