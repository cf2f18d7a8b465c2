/* access/subject.h - the subjects of AuthZEN requests as principals of this environment.
 *
 * Source:  authorization-and-data 6.1. user: a person, by the GUID of the user row, the directory's object id, or the UPN (a UPN that
 *          two rows bear names nobody). team: by GUID. application: an application user, by the GUID of its row or the application id.
 *          The built-in user of the operator's lane is nobody's subject. */
#ifndef ACCESS_SUBJECT_H
#define ACCESS_SUBJECT_H

#include "access/request.h"
#include "base/uuid.h"
#include "store/store.h"

/* The numbers are those of sql/subject_by_id.sql. */
enum subject_type { SUBJECT_UNKNOWN = 0, SUBJECT_USER, SUBJECT_TEAM, SUBJECT_APPLICATION };

enum subject_type subject_type_of(str type);
/* The principal's key; 0: there is none, or it is of another type. */
MUST_USE NONNULL err subject_find(struct store *store, const struct access_entity *entity, int64_t *out_key);

/* A person of the tenant by the directory's id who is no user here yet: becomes one when the gates admit them (4.11). Outside a
 * transaction. Whoever else it is: entity->refused says why not. */
struct data_call;
MUST_USE NONNULL err subject_arrive(struct data_call *dc, struct access_entity *entity);

#endif
