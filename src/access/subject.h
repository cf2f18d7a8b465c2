/* access/subject.h - the subjects of AuthZEN requests as principals of this environment.
 *
 * Source:  authorization-and-data 6.1. user: a person, by the GUID of the user row, the directory's object id, or the UPN: whose the
 *          directory says it is, and of users that the directory does not know, `domainname` (one that two rows bear names nobody).
 *          team: by GUID. application: an application user, by the GUID of its row or the application id. contact: somebody outside;
 *          nothing gives contacts rights on tables here, so each, known or not, is refused alike (no_table_permission).
 *          The built-in user of the operator's lane is nobody's subject. */
#ifndef ACCESS_SUBJECT_H
#define ACCESS_SUBJECT_H

#include "access/request.h"
#include "base/attr.h"

/* The numbers are those of sql/subject_by_id.sql. */
enum subject_type { SUBJECT_UNKNOWN = 0, SUBJECT_USER, SUBJECT_TEAM, SUBJECT_APPLICATION, SUBJECT_CONTACT };

enum subject_type subject_type_of(str type);
/* Finds the principal: entity->key, or 0 when there is none or it is of another type. A person of the tenant who is no user here yet becomes
 * one when the gates admit them (4.11), else entity->refused says which does not. Before the snapshot of the answers, and outside a
 * transaction. */
struct data_call;
MUST_USE NONNULL err subject_arrive(struct data_call *dc, struct access_entity *entity);

#endif
