#include "keys/keeper_internal.h"

enum { BIT_EDGE = 1 << ROLE_EDGE, BIT_CONTROL = 1 << ROLE_CONTROL,
       BIT_IDENTITY = 1 << ROLE_IDENTITY, BIT_DATA = 1 << ROLE_DATA, BIT_RECORDER = 1 << ROLE_RECORDER };
enum { BIT_OWNERS = BIT_CONTROL | BIT_IDENTITY | BIT_DATA | BIT_RECORDER };

/* Who may ask for what. The tenant and database that an answer concerns are those of the channel; only the control worker
 * names others, to create them and to change their signing keys. */
static const struct keeper_rule {
	enum keeper_request_kind kind;
	unsigned asked_by; /* bits of process roles */
	size_t request_size;
	keeper_operation answer;
} rules[] = {
	{ KEEPER_DATABASE_KEYS,    BIT_OWNERS,              sizeof(struct keeper_head),             answer_database_keys    },
	{ KEEPER_ANCHOR_PUT,       BIT_OWNERS,              sizeof(struct keeper_anchor),           answer_anchor_put       },
	{ KEEPER_ANCHOR_GET,       BIT_OWNERS,              sizeof(struct keeper_head),             answer_anchor_get       },
	{ KEEPER_SIGN_TOKEN,       BIT_IDENTITY,            sizeof(struct keeper_sign_token),       answer_sign_token       },
	{ KEEPER_SIGN_METADATA,    BIT_DATA,                sizeof(struct keeper_sign_metadata),    answer_sign_metadata    },
	{ KEEPER_PUBLIC_KEYS,      BIT_IDENTITY | BIT_DATA | BIT_RECORDER, sizeof(struct keeper_head), answer_public_keys   },
	{ KEEPER_SIGN_CHECKPOINT,  BIT_RECORDER,            sizeof(struct keeper_sign_checkpoint),  answer_sign_checkpoint  },
	{ KEEPER_CHECKPOINT_STATE, BIT_RECORDER,            sizeof(struct keeper_checkpoint_state), answer_checkpoint_state },
	{ KEEPER_SIGN_TLS,         BIT_EDGE,                sizeof(struct keeper_sign_tls),         answer_sign_tls         },
	{ KEEPER_TICKET_KEYS,      BIT_EDGE,                sizeof(struct keeper_head),             answer_ticket_keys      },
	{ KEEPER_CREATE_TENANT,    BIT_CONTROL,             sizeof(struct keeper_create_tenant),    answer_create_tenant    },
	{ KEEPER_CREATE_DATABASE,  BIT_CONTROL,             sizeof(struct keeper_create_database),  answer_create_database  },
	{ KEEPER_ROTATE,           BIT_CONTROL,             sizeof(struct keeper_rotate),           answer_rotate           },
};

static const struct keeper_rule *rule_of(uint16_t kind)
{
	for (size_t i = 0; i < COUNT_OF(rules); i++)
		if (rules[i].kind == kind)
			return &rules[i];
	return NULL;
}

static err judge(const struct keeper_rule *rule, const struct channel_binding *who, const struct keeper_head *head, size_t size)
{
	if (!rule || head->version != KEEPER_MESSAGE_VERSION)
		FAIL(ERR_DENIED, "a request that the keeper does not know");
	if (who->peer <= 0 || who->peer >= ROLE_COUNT || !(rule->asked_by & 1u << who->peer))
		FAIL(ERR_DENIED, "a request that this process may not make");
	if (size != rule->request_size)
		FAIL(ERR_INVALID, "request of the wrong size");
	return OK;
}

void keeper_answer(struct keeper *keeper, const struct channel_binding *who, bytes request,
		   uint8_t out[static KEEPER_ANSWER_BYTES_MAX], size_t *out_len, bool *out_refused)
{
	struct keeper_head head = { 0 };
	err e = ERR(ERR_INVALID, "request shorter than its head");
	*out_refused = false;
	if (request.len >= sizeof head) {
		memcpy(&head, request.at, sizeof head);
		const struct keeper_rule *rule = rule_of(head.kind);
		e = judge(rule, who, &head, request.len);
		*out_refused = failed(e);
		if (!failed(e)) {
			e = rule->answer(keeper, who, request, out, out_len);
			*out_refused = err_kind_of(e) == ERR_DENIED || err_kind_of(e) == ERR_CONFLICT;
		}
	}
	head.version = KEEPER_MESSAGE_VERSION;
	head.result = err_kind_of(e);
	if (failed(e))
		*out_len = sizeof head;
	memcpy(out, &head, sizeof head);
}
