/* What SQL may not do here, whoever wrote it: rule 13. Each of these reads or copies plaintext pages past the cipher, or
 * loosens what the open handle was set to. */
#include "store/sqlite_internal.h"

static const char *const pragmas[] = { "integrity_check", "quick_check", "foreign_key_check", "table_info", "table_xinfo",
				       "index_list", "index_info", "foreign_key_list", "defer_foreign_keys", "optimize",
				       "user_version", "page_count", "freelist_count", "compile_options" };

static bool is_one_of(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (sqlite3_stricmp(name, list[i]) == 0)
			return true;
	return false;
}

int store_authorize(void *self, int action, const char *a, const char *b, const char *database, const char *trigger)
{
	const struct store *store = self;

	(void)database, (void)trigger;
	if (store->setting_up)
		return SQLITE_OK;
	switch (action) {
	case SQLITE_ATTACH: /* VACUUM attaches as well */
	case SQLITE_DETACH:
	case SQLITE_CREATE_VTABLE:
		return SQLITE_DENY;
	case SQLITE_PRAGMA:
		/* user_version is ours: it holds the epoch. Reading it harms nobody. */
		if (!is_one_of(a, pragmas, COUNT_OF(pragmas)) || (b && sqlite3_stricmp(a, "user_version") == 0))
			return SQLITE_DENY;
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return b && sqlite3_stricmp(b, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	case SQLITE_READ:
	case SQLITE_UPDATE:
	case SQLITE_INSERT:
	case SQLITE_DELETE:
		return a && (sqlite3_stricmp(a, "sqlite_dbpage") == 0 || sqlite3_stricmp(a, "dbstat") == 0) ? SQLITE_DENY :
													      SQLITE_OK;
	default:
		return SQLITE_OK;
	}
}
