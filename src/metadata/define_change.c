/* metadata/define_change.c - definitions that change in place. */
#include "metadata/define.h"

#include "metadata/internal.h"
#include "metadata/sql_catalog.h"

err version_bump(struct store *store)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, &SQL_VERSION_BUMP, &s));
	return statement_run_one(&s);
}

static bool limits_differ(const struct column *c, const struct column_wish *wish)
{
	bool decimal = c->type == TYPE_DECIMAL || c->type == TYPE_MONEY;
	return (wish->length_max && wish->length_max != c->length_max) || (decimal && wish->precision >= 0 && wish->precision != c->precision) ||
	       (wish->has_min && wish->min != c->min) || (wish->has_max && wish->max != c->max);
}

err define_column_change(struct store *store, const struct table *t, const struct column *c, const struct column_wish *wish)
{
	uint32_t kept = c->flags & ~(uint32_t)(COLUMN_REQUIRED | COLUMN_SECURED);
	SCOPED(statement) s = { 0 };
	if (t->builtin || !(c->flags & COLUMN_CUSTOM))
		FAIL(ERR_INVALID, "only columns that were defined can be changed");
	if (wish->type != c->type || !str_equal_nocase(wish->schema_name, c->schema_name) || limits_differ(c, wish))
		FAIL(ERR_INVALID, "of a column, DisplayName, RequiredLevel, IsSecured and OptionSet can be changed");
	if (wish->secured && !column_is_securable(c))
		FAIL(ERR_INVALID, "a column of this kind cannot be secured");
	TRY(statement_open(store, &SQL_METADATA_COLUMN_UPDATE, &s));
	TRY(bind_i64(&s, 1, t->ordinal));
	TRY(bind_uuid(&s, 2, &c->id));
	TRY(bind_text(&s, 3, wish->display_name.len ? wish->display_name : c->display_name));
	TRY(bind_i64(&s, 4, kept | (wish->required ? COLUMN_REQUIRED : 0) | (wish->secured ? COLUMN_SECURED : 0)));
	TRY(bind_text(&s, 5, wish->options));
	TRY(statement_run_one(&s));
	return version_bump(store);
}

err define_table_change(struct store *store, const struct table *t, const struct table_wish *wish)
{
	SCOPED(statement) s = { 0 };
	if (t->builtin)
		FAIL(ERR_INVALID, "only tables that were defined can be changed");
	if (!str_equal_nocase(wish->schema_name, t->schema_name) || wish->ownership != t->ownership ||
	    (wish->entity_set.len && !str_equal(wish->entity_set, t->entity_set)))
		FAIL(ERR_INVALID, "of a table, DisplayName, DisplayCollectionName, Description and AutoCreateAccessTeams can be changed");
	TRY(statement_open(store, &SQL_METADATA_TABLE_UPDATE, &s));
	TRY(bind_i64(&s, 1, t->ordinal));
	TRY(bind_text(&s, 2, wish->display_name.len ? wish->display_name : t->display_name));
	TRY(bind_text(&s, 3, wish->display_collection_name.len ? wish->display_collection_name : t->display_collection_name));
	TRY(bind_text(&s, 4, wish->description));
	TRY(bind_i64(&s, 5, wish->access_teams));
	TRY(statement_run_one(&s));
	return version_bump(store);
}
