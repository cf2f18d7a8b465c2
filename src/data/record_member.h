/* data/record_member.h - members of a row's access team (authorization-and-data 1.8, 4.11):
 *   POST systemusers(id)/Microsoft.Dynamics.CRM.AddUserToRecordTeam, RemoveUserFromRecordTeam
 *        {"Record": {"@odata.type", "<id column>"}, "TeamTemplate": {"@odata.type", "teamtemplateid"}}
 * The caller needs Share and each right of the template on the row. */
#ifndef DATA_RECORD_MEMBER_H
#define DATA_RECORD_MEMBER_H

#include "data/admin_call.h"

MUST_USE NONNULL err record_member_add(struct data_call *dc, struct admin_call *call, const struct uuid *user);
MUST_USE NONNULL err record_member_remove(struct data_call *dc, struct admin_call *call, const struct uuid *user);

#endif
