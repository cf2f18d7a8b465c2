/* audit/client.h - how a process says that something security-relevant happened.
 *
 * An event is put into the `audit_outbox` table of the emitter's own database, in the same transaction as the change it
 * tells of. After the commit the pump hands outbox rows to the recorder and removes them when the recorder has them
 * durably; a crash between the two sends again, and the recorder drops a duplicate by its id.
 *
 * Source: audit-and-trust 3.1 (canonical form), 2.6. Strings are capped and stripped of controls here. */
#ifndef AUDIT_CLIENT_H
#define AUDIT_CLIENT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/instant.h"
#include "base/uuid.h"
#include "store/store.h"

enum audit_category { AUDIT_DATA = 1, AUDIT_IDENTITY, AUDIT_AUTHZ, AUDIT_KEY, AUDIT_ADMIN, AUDIT_NETWORK, AUDIT_OPERATOR };
enum audit_result { AUDIT_SUCCESS = 1, AUDIT_FAILURE, AUDIT_DENIED };
enum audit_actor { AUDIT_ACTOR_USER = 1, AUDIT_ACTOR_APP, AUDIT_ACTOR_OPERATOR, AUDIT_ACTOR_SYSTEM };
/* As syslog's. Zero is none of them, so that an event whose emitter forgot to say is refused instead of raising the alarm. */
enum audit_severity { AUDIT_EMERGENCY = -1, /* written as 0 */ AUDIT_ALERT = 1, AUDIT_CRITICAL, AUDIT_ERROR, AUDIT_WARNING,
		      AUDIT_NOTICE, AUDIT_INFORMATIONAL };

struct audit_event {
	enum audit_category category;
	str op;                       /* "create.user", "signin.password", "update.row": verb.object            */
	enum audit_result result;
	str reason;                   /* code: "no_access", "bad_password"; empty on success                    */
	enum audit_severity severity;
	enum audit_actor actor_type;
	str actor_id, actor_name;     /* object id and UPN (or app id and name)                                 */
	str on_behalf_of, session, authn; /* authn: "pwd,otp"                                                   */
	str client_ip;
	str target_type, target_id, target_table, target_name;
	str request_id, method, route; /* route is the template, never the raw URL                              */
	int status;
	str changes;                  /* a JSON object (old and new of changed columns) or empty                */
	struct environment_id environment; /* nil: the tenant's own log                                         */
};

/* Appends to the outbox. Call inside the transaction of the change. */
MUST_USE NONNULL err audit_emit(struct store *store, struct instant now, const struct audit_event *event);

/* Moves outbox rows to the recorder without blocking. One per worker; the runtime drives it. */
struct audit_pump;
MUST_USE NONNULL err audit_pump_new(struct store *store, struct audit_pump **out);
void audit_pump_free(struct audit_pump *pump);
/* channel -1: the recorder is away. After a new channel everything unacknowledged is sent again. */
NONNULL void audit_pump_set_channel(struct audit_pump *pump, int channel);
/* Sends what is waiting (bounded). Call after commits and when the channel is writable. */
NONNULL void audit_pump_send(struct audit_pump *pump);
/* Takes acknowledgements. Call when the channel is readable. */
NONNULL void audit_pump_receive(struct audit_pump *pump);
/* True while rows wait for an acknowledgement: the worker must not leave for idleness. */
NONNULL bool audit_pump_is_busy(const struct audit_pump *pump);

/* The outbox table's migration text, to be included by each area that has a database. */
extern const char audit_outbox_schema[];

#endif
