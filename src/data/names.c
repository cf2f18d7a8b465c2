/* data/names.c */
#include "data/names.h"

#include <stdlib.h>

#include "codec/utf8.h"
#include "data/sql_catalog.h"

enum { NAMES_CACHED = 512 };

struct names {
	struct store *store;
	struct name principals[NAMES_CACHED], units[NAMES_CACHED];
};

err names_new(struct store *store, struct names **out)
{
	struct names *n = calloc(1, sizeof *n);
	if (!n)
		FAIL(ERR_LIMIT, "no memory for names");
	n->store = store;
	*out = n;
	return OK;
}

void names_free(struct names *names)
{
	free(names);
}

void names_forget(struct names *names)
{
	memset(names->principals, 0, sizeof names->principals);
	memset(names->units, 0, sizeof names->units);
}

static err look_up(struct store *store, const struct sql_text *sql, int64_t key, struct name *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	*out = (struct name){ .key = key };
	TRY(statement_open(store, sql, &s));
	TRY(bind_i64(&s, 1, key));
	TRY(statement_step(&s, &row));
	if (!row)
		return OK;
	str text = utf8_clip(column_text(&s, 2), sizeof out->text - 1);
	out->id = column_uuid(&s, 0);
	out->kind = (enum name_kind)column_i64(&s, 1);
	memcpy(out->text, text.at ? text.at : "", text.len);
	out->text[text.len] = 0;
	return OK;
}

static err cached(struct names *names, struct name *cache, const struct sql_text *sql, int64_t key, const struct name **out)
{
	struct name *slot = &cache[(uint64_t)key % NAMES_CACHED];
	if (slot->key != key || slot->kind == NAME_NONE)
		TRY(look_up(names->store, sql, key, slot));
	*out = slot;
	return OK;
}

err names_principal(struct names *names, int64_t key, const struct name **out)
{
	return cached(names, names->principals, &SQL_NAME_OF_PRINCIPAL, key, out);
}

err names_unit(struct names *names, int64_t key, const struct name **out)
{
	return cached(names, names->units, &SQL_NAME_OF_UNIT, key, out);
}
