/* data/state.c */
#include "data/state.h"

static struct change *change_of(struct body *b, const struct column *c)
{
	for (size_t i = 0; c && i < b->count; i++)
		if (b->changes[i].column == c)
			return &b->changes[i];
	return NULL;
}

static void follow(struct body *b, const struct column *c, int64_t value)
{
	b->changes[b->count++] = (struct change){ .column = c, .value = { .kind = VALUE_I64, .i64 = value } };
}

err state_settle(struct data_call *dc, const struct table *t, struct body *b)
{
	const struct column *state = table_column(t, S("statecode")), *status = table_column(t, S("statuscode"));
	struct change *to_state = change_of(b, state), *to_status = change_of(b, status);
	if ((to_state && to_state->value.kind == VALUE_NULL) || (to_status && to_status->value.kind == VALUE_NULL))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "'statecode' and 'statuscode' cannot be null.");
	if (to_state && to_status && to_status->value.i64 != to_state->value.i64 + 1)
		return REFUSE(dc, 400, "0x80048408", "%lld is not a valid status code for state code %lld.",
			      (long long)to_status->value.i64, (long long)to_state->value.i64);
	if (to_state && !to_status)
		follow(b, status, to_state->value.i64 + 1);
	else if (to_status && !to_state)
		follow(b, state, to_status->value.i64 - 1);
	return OK;
}
