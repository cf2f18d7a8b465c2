/* A keeper of its own process (the real one, on a real key store) and a recorder's place in a temporary folder. */
#ifndef AUDIT_FIXTURE_H
#define AUDIT_FIXTURE_H

#include <sys/types.h>

#include "audit/recorder.h"
#include "audit/verify.h"

struct audit_fixture {
	char folder[64];
	char database[96];
	struct uuid tenant, environment;
	pid_t keeper;
	int control; /* takes descriptors: each becomes a recorder's channel */
};

void fixture_make(struct audit_fixture *f);
/* Ends the keeper, removes the folder. */
void fixture_remove(struct audit_fixture *f);
/* A new channel to the keeper, bound to the tenant's recorder. Both ends non-blocking, as the supervisor makes them. */
int fixture_keeper_channel(const struct audit_fixture *f);

/* A recorder opened on the place. */
struct recording {
	struct keys keys;
	struct database_keys database_keys;
	struct store *store;
	struct recorder *recorder;
};
err recording_open(const struct audit_fixture *f, struct recording *out);
void recording_close(struct recording *r);

/* A draft with that id; `number` goes into the target. Static storage, valid until the next call. */
bytes fixture_draft(const struct uuid *id, unsigned number);
struct uuid fixture_id(unsigned number);
/* "FOLDER/<log>/rest" */
const char *fixture_log_path(const struct audit_fixture *f, const struct uuid *log, const char *rest);

/* Verification of a log as it stands in its files, audit.db and the keeper. Findings are written one a line. */
struct fixture_findings {
	size_t count;
	struct verify_report report;
	struct buffer text;
};
void fixture_verify(const struct audit_fixture *f, struct recording *r, const struct uuid *log, struct fixture_findings *out);

#endif
