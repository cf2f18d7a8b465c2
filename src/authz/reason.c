#include "authz/reason.h"

static const struct reason_row rows[REASONS_END] = {
#define REASON(name_, code_, status_, vendor_, text_) \
	[REASON_##name_] = { { code_, sizeof(code_) - 1 }, status_, vendor_, text_ },
#include "authz/reason.def"
#undef REASON
};

const struct reason_row *reason_row(enum authz_reason reason)
{
	return &rows[(unsigned)reason < REASONS_END ? reason : REASON_ERROR];
}
