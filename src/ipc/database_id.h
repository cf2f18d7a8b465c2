/* ipc/database_id.h - each worker owns one database; this is its id. It goes into every page's authentication, so a
 * database file put in another's place does not open. */
#ifndef IPC_DATABASE_ID_H
#define IPC_DATABASE_ID_H

#include "ipc/supervisor_message.h"

/* Identity: the tenant's id. Data: the environment's. Recorder: the tenant's with its first octet inverted (a GUID of
 * version 4 or 7 never meets it by chance). Control and the installation's recorder: fixed. Nil for roles without one. */
static inline struct uuid database_id_of(enum process_role role, const struct uuid *tenant, const struct uuid *environment)
{
	struct uuid id = { { 0 } };
	switch (role) {
	case ROLE_IDENTITY:
		return *tenant;
	case ROLE_DATA:
		return *environment;
	case ROLE_RECORDER:
		id = *tenant;
		id.b[0] ^= 0xff;
		return id;
	case ROLE_CONTROL:
		id.b[15] = 1;
		return id;
	default:
		return id;
	}
}

#endif
