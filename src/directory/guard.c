#include "directory/guard.h"

#include "directory/permission.h"
#include "directory/sql_catalog.h"

err guard_begin(struct store *store, int64_t *out_administrators)
{
	SCOPED(statement) s = { 0 };
	struct uuid role = role_template_id(ROLE_GLOBAL_ADMINISTRATOR);
	bool row = false;

	TRY(statement_open(store, &SQL_ADMINISTRATORS_LEFT, &s));
	TRY(bind_uuid(&s, 1, &role));
	TRY(statement_step(&s, &row));
	*out_administrators = column_i64(&s, 0);
	return OK;
}

err guard_check(struct store *store, int64_t administrators_before)
{
	int64_t left = 0;

	TRY(guard_begin(store, &left));
	if (administrators_before > 0 && left == 0)
		FAIL(ERR_INVALID, "the last enabled Global Administrator cannot be removed, disabled or deleted");
	return OK;
}
