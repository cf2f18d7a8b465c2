/* authz/rights.h - the eight rights on rows, and how far a privilege reaches.
 *
 * Source:  authorization-and-data 1.4, 1.5. enum right counts as the wire's PrivilegeType; access bits are its AccessRights. */
#ifndef AUTHZ_RIGHTS_H
#define AUTHZ_RIGHTS_H

#include "base/arena.h"

enum right {
	RIGHT_NONE = 0, RIGHT_CREATE, RIGHT_READ, RIGHT_WRITE, RIGHT_DELETE, RIGHT_ASSIGN, RIGHT_SHARE, RIGHT_APPEND, RIGHT_APPEND_TO
};
enum { RIGHTS_END = 9 }; /* rights count from 1 */

enum depth { DEPTH_NONE = 0, DEPTH_BASIC, DEPTH_LOCAL, DEPTH_DEEP, DEPTH_GLOBAL };

/* Which depths a privilege can take: bits 1 << depth. */
enum { DEPTHS_OWNED = 0x1e, DEPTHS_UNIT = 0x1c, DEPTHS_ONOFF = 0x10 };

/* "Create", "AppendTo": as in prv<Right><Table>. "" for RIGHT_NONE. */
const char *right_name(enum right right);
/* Bit of AccessRights; 0 for RIGHT_NONE. */
int32_t right_access_bit(enum right right);
/* In the mask of a share: 1 << (PrivilegeType - 1). 0 for Create, which no share carries (1.4). */
uint32_t share_bit(enum right right);
/* The API's PrivilegeDepth: Basic 0, Local 1, Deep 2, Global 3, by name or number; roleprivileges' mask: 1, 2, 4, 8. */
const char *depth_name(enum depth depth);
bool depth_parse(str text, enum depth *out);
int32_t depth_mask(enum depth depth);

#endif
