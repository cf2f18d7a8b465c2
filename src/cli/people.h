/* cli/people.h - making a person's account. */
#ifndef CLI_PEOPLE_H
#define CLI_PEOPLE_H

#include "cli/command.h"

struct person_wish {
	str upn, name;          /* name empty: the part before the @   */
	str password;
	bool keep_password;     /* need not be changed at first sign-in */
	str role;               /* a directory role's template id, or empty */
};

/* 120 random bits as text. */
MUST_USE NONNULL err password_make(struct arena *arena, str *out);
/* In the call's tenant (remote.h). *out_id lives in the call's arena. Returns enum cli_exit. */
NONNULL int person_make(struct cli_call *call, const struct person_wish *wish, str *out_id, str *out_upn);
/* The id of a user given by id or sign-in name. Returns enum cli_exit. */
NONNULL int person_id_of(struct cli_call *call, const char *user, str *out);
/* The template id of a directory role given by name or id; empty when it is neither. */
NONNULL str directory_role_of(str wish);

#endif
