/* data/change_log.h - the audit event of a changed row: {"column":{"old":..,"new":..},...}. Long texts are clipped. */
#ifndef DATA_CHANGE_LOG_H
#define DATA_CHANGE_LOG_H

#include "data/body.h"
#include "data/rights.h"

struct change_log {
	struct buffer text;
	struct json_writer writer;
	size_t count;
};

NONNULL void change_log_open(struct change_log *log);
NONNULL void change_log_release(struct change_log *log);
/* Values of masked columns as they are shown. */
MUST_USE NONNULL err change_log_add(struct change_log *log, struct data_call *dc, const struct column *c, const struct value *before,
				    const struct value *after);
/* Owner and unit by id. */
NONNULL void change_log_add_id(struct change_log *log, str name, const struct uuid *before, const struct uuid *after);
/* Owner and unit where they differ. */
MUST_USE NONNULL err change_log_add_place(struct change_log *log, struct data_call *dc, const struct row_place *before,
					  const struct row_place *after);
/* Emits "create.row", "update.row" or "delete.row" into the outbox, inside the present transaction. */
MUST_USE NONNULL err change_log_emit(struct change_log *log, struct data_call *dc, str op, const struct table *t,
				     const struct uuid *id);

#endif
