#include "store/sqlite_internal.h"

/* By primary code. What has no row is our mistake. */
err store_error(struct store *store, int rc)
{
	if (store->vfs.poisoned)
		FAIL(ERR_CORRUPT, "a page failed its authentication; the handle is closed to further use");
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return OK;
	case SQLITE_FULL:
		FAIL(ERR_FULL, "no room left on the disk");
	case SQLITE_CONSTRAINT:
		FAIL(ERR_CONFLICT, "a constraint of the database is violated");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		FAIL(ERR_CORRUPT, "the database is damaged");
	case SQLITE_NOMEM:
	case SQLITE_TOOBIG:
		FAIL(ERR_LIMIT, "a bound of the database is reached");
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_INTERRUPT:
		FAIL(ERR_UNAVAILABLE, "the disk did not do what was asked");
	case SQLITE_AUTH:
		FAIL(ERR_DENIED, "this statement is not allowed");
	case SQLITE_MISMATCH:
	case SQLITE_RANGE:
		FAIL(ERR_INVALID, "a value does not fit the statement");
	default:
		FAIL(ERR_INTERNAL, "SQLite refuses the statement");
	}
}
