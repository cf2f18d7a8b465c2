/* data/audit_who.h - the part of an audit event that is the same for all of a request: who, from where, which request. */
#ifndef DATA_AUDIT_WHO_H
#define DATA_AUDIT_WHO_H

#include "audit/client.h"
#include "data/request.h"

/* Texts live in the request's arena. */
NONNULL struct audit_event audit_who(struct data_call *dc);

#endif
