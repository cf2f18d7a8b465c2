/* authz/person.h - what the tenant's directory says of whoever a user row stands for, asked when an environment's gates need it (1.10).
 *
 * The directory is another process. Answers are kept until authz_people_changed; without an answer nobody passes a gate (fail closed). */
#ifndef AUTHZ_PERSON_H
#define AUTHZ_PERSON_H

#include "base/arena.h"
#include "base/uuid.h"

struct person_group {
	struct uuid id;
	bool owner;        /* else a direct member */
};

struct person_facts {
	bool known;        /* a person of the tenant, or an application with a service principal there */
	bool enabled;
	bool in_group;     /* a direct member of the group asked about */
	bool administers;  /* holds a directory role that administers environments */
	bool guest;
	const struct person_group *groups;
	size_t group_count;
	const struct uuid *plans; /* service plans in effect */
	size_t plan_count;
	str upn, name;
	struct uuid id;    /* the object id, however they were named; of an application nil */
};

/* Who is asked about, by one name. */
struct person_wish {
	enum person_named { PERSON_BY_ID = 0, PERSON_BY_APPLICATION, PERSON_BY_UPN } by;
	struct uuid id;    /* object id, or appId of an application */
	str upn;
	struct uuid group; /* nil: in_group is not asked for */
};

struct person_source {
	/* ERR_UNAVAILABLE: the directory does not answer. */
	err (*ask)(void *self, const struct person_wish *wish, struct arena *arena, struct person_facts *out);
	void *self;
};

#endif
