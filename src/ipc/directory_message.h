/* ipc/directory_message.h - what an environment asks the directory of its tenant about one person or application, over a channel
 * that the supervisor makes between the data worker and the identity worker (CHANNEL_DIRECTORY).
 *
 * The data worker asks and keeps the answers. When anything that an answer could say has changed, the identity worker sends
 * DIRECTORY_CHANGED, once, on each channel that has asked since its last such notice, before the change is answered to whoever
 * made it: the next request finds it. So at most two messages lie unread on a channel.
 *
 * Fixed structs, no pointers, same binary on both sides; lengths and counts are checked on arrival. */
#ifndef IPC_DIRECTORY_MESSAGE_H
#define IPC_DIRECTORY_MESSAGE_H

#include "base/uuid.h"

enum directory_message_kind { DIRECTORY_QUESTION = 1, DIRECTORY_ANSWER, DIRECTORY_CHANGED };

enum { DIRECTORY_PLANS_MAX = 512, DIRECTORY_GROUPS_MAX = 1024, DIRECTORY_UPN_BYTES_MAX = 512, DIRECTORY_NAME_BYTES_MAX = 1024, DIRECTORY_CALL_MS = 3000 };

struct directory_question {
	enum directory_message_kind kind;
	enum { DIRECTORY_BY_ID = 0, DIRECTORY_BY_APP_ID, DIRECTORY_BY_UPN } by; /* a person's object id, an appId, a person's name */
	uint64_t number;         /* comes back with the answer */
	struct uuid id, group;   /* group nil: in_group is not asked for */
	uint32_t upn_len;
	char upn[DIRECTORY_UPN_BYTES_MAX];
};

/* A security group or another that the person belongs to: as a direct member, or as an owner. */
struct directory_group {
	struct uuid id;
	uint8_t owner;
};

struct directory_answer {
	enum directory_message_kind kind; /* DIRECTORY_ANSWER; a notice is its first member alone */
	int32_t result;                   /* 0 or an err_kind: could not tell */
	uint64_t number;
	uint8_t known;       /* a person of the tenant, or an application with a service principal in it */
	uint8_t enabled;
	uint8_t in_group;    /* a direct member */
	uint8_t administers; /* holds a directory role that administers environments */
	uint8_t guest;
	struct uuid id;      /* of a person; the object id */
	uint32_t plan_count, group_count, upn_len, name_len;
	struct uuid plans[DIRECTORY_PLANS_MAX]; /* service plans in effect */
	struct directory_group groups[DIRECTORY_GROUPS_MAX];
	char upn[DIRECTORY_UPN_BYTES_MAX], name[DIRECTORY_NAME_BYTES_MAX];
};

#endif
