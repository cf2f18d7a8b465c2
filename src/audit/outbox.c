#include "audit/event.h"
#include "audit/sql_catalog.h"
#include "host/fault.h"
#include "host/random.h"

const char audit_outbox_schema[] =
	"CREATE TABLE IF NOT EXISTS audit_outbox (n INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;";

static err insert(struct store *store, bytes draft)
{
	SCOPED(statement) add = { 0 };
	TRY(statement_open(store, &SQL_OUTBOX_INSERT, &add));
	TRY(bind_bytes(&add, 1, draft));
	return statement_run(&add);
}

err audit_emit(struct store *store, struct instant now, const struct audit_event *event)
{
	struct buffer draft;
	uint8_t random[16];
	random_bytes(random, sizeof random);
	struct uuid id = uuid_v7_from(random, now.ms);
	buffer_init(&draft, EVENT_DRAFT_BYTES_MAX);
	err e = event_draft(event, &id, now, &draft);
	if (!failed(e))
		e = insert(store, buffer_bytes(&draft));
	buffer_release(&draft);
	FAULT("audit.emit.inserted");
	return e;
}
