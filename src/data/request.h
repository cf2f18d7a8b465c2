/* data/request.h - one Web API request, and the application that answers it. */
#ifndef DATA_REQUEST_H
#define DATA_REQUEST_H

#include "data/odata_path.h"
#include "data/odata_query.h"
#include "data/plan.h"
#include "data/prefer.h"
#include "data/references.h"
#include "keys/client.h"
#include "token/principal.h"
#include "web/call.h"

struct audit_event;
struct authz;
struct authz_context;
struct names;
struct token_verifier;
struct usage;

/* What a data worker is: one environment. */
struct data_app {
	struct store *store;
	struct authz *authz;
	struct metadata *metadata;     /* replaced after a change of definitions */
	struct names *names;
	uint64_t names_epoch;          /* of authz, when the names were last forgotten */
	struct token_verifier *verifier;
	struct keys *keys;             /* null in tests without a keeper */
	struct purpose_key cursor_secret;
	struct uuid environment, tenant;
	str unique_name, friendly_name;
	bool jobs_wait;                /* maybe: jobs_run (data/job.h) knows */
	unsigned job_failures;         /* of ours, one after the other */
	struct usage *usage;
	struct plan_memory plan_memory;
	struct arena *arena;           /* of the names, for the worker's life */
};

/* Who asks, once admitted. Keys are of authz's tables. Whoever acts for another stands in `behind`, the other everywhere else. */
struct caller {
	const struct principal *token; /* who authenticated; null on the operator's lane */
	struct authz_context *context; /* borrowed from authz, good for this transaction */
	struct authz_context *behind;  /* of who acts for the user; null: the user itself asks */
	int64_t behind_user;
	bool rehearsed;                /* within an administrative change: `behind` may, too */
	int64_t user, unit;
	struct uuid user_id, unit_id;
	str name;
};

/* What was refused, for the audit log; reason empty: nothing. */
struct denial {
	str reason;                    /* 5.1: "missing_privilege", "no_access", ... */
	const struct table *table;
	struct uuid row;
};

/* Row policies that do not apply to the caller, who is exempt: the table, and enum policy_operation of what was done. */
struct bypassed {
	const struct table *table;
	uint32_t operations;
};

struct data_call {
	struct data_app *app;
	struct web_call *web;
	struct arena *arena;
	struct problem problem;
	struct denial denial;
	struct caller caller;
	struct odata_caller who;       /* the same, as filters see it */
	struct odata_path path;
	struct url_params params;
	struct prefer prefer;
	bool unmasked;                 /* UnMaskedData=true: beneath masks, where the caller may */
	bool one_row;                  /* while the row of a single retrieve is written    */
	unsigned bare_values;          /* read beneath a mask so far                       */
	struct bypassed bypassed[64];  /* the first of them */
	size_t bypassed_count;
	str policy_context;            /* what the session has set (data/row_policy.h); null `at`: not read yet */
	unsigned expansions;           /* look-ups for $expand so far */
	bool trimmed;                  /* MetadataVisibility: definitions of tables without any privilege are left out */
	struct concealed *concealed;   /* data/concealed.h; null: lookups show what they hold */
	struct lookup_names *lookup_names; /* data/lookup_name.h; null: none asked for yet */
	struct uuid job;               /* that this request has begun, the last one; nil: none */
	const struct audit_event *job_actor; /* this is a slice of a job: who began it */
	const struct references *references; /* of a batch, whose part this is; null: none */
	int64_t counted;               /* whose use this request adds to (data/usage.h); 0: nobody's */
	str retry_after;               /* of a refusal for overuse: seconds */
	str root;                      /* "https://host/e/x/api/data/v9.2/" */
};

#define REFUSE(dc_, status_, code_, ...) problem_say((dc_)->arena, &(dc_)->problem, (status_), (code_), __VA_ARGS__)

#endif
