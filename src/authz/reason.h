/* authz/reason.h - why a decision says no: codes, and what the Web API answers (4.8). The table is reason.def. */
#ifndef AUTHZ_REASON_H
#define AUTHZ_REASON_H

#include "base/arena.h"

enum authz_reason {
#define REASON(name_, code_, status_, vendor_, text_) REASON_##name_,
#include "authz/reason.def"
#undef REASON
	REASONS_END
};

struct reason_row {
	str code;          /* "missing_privilege" */
	int status;        /* 403                 */
	const char *vendor_code; /* "0x80040220"  */
	const char *text;
};

/* Of REASON_ERROR when out of range. */
const struct reason_row *reason_row(enum authz_reason reason);

#endif
