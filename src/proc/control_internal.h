/* proc/control_internal.h - what the files of the control worker share: its state, and the calls that wait for the supervisor. */
#ifndef BAILIWICK_PROC_CONTROL_INTERNAL_H
#define BAILIWICK_PROC_CONTROL_INTERNAL_H

#include "ipc/supervisor_message.h"
#include "proc/worker.h"

enum { CONTROL_WORK_BYTES = 64 << 20, CALLS_WAITING_MAX = 64 };

/* A call that waits for the supervisor: for a folder to be made and then for the edges to hear of it, or for the list of
 * processes. */
struct waiting {
	struct web_call *call; /* null: free */
	bool status;
	uint64_t routes_number; /* 0, or: until every edge uses this routing table */
	int64_t due_ns;         /* then: not beyond this time */
	struct uuid tenant, environment;
};

struct control {
	struct worker *worker;
	struct arena *own_arena;
	str origin;
	struct waiting waiting[CALLS_WAITING_MAX];
	struct buffer status_rows; /* JSON rows collected over several messages */
	struct json_writer status_writer;
	uint64_t routes_number;    /* counts the routing tables that were published */
	uint64_t told_asked;       /* the one that CHILD_TOLD_ASKED is about; 0: none */
	struct loop_timer told_timer;
	struct loop_timer keys_timer;
};

/* Tells the supervisor the facts from which it starts this worker, or that there is none such; a running one hears of them. */
MUST_USE NONNULL err control_publish_worker(struct control *c, const struct worker_name *name);

/* Tells the edges which tenants and environments there are. They hear of it a moment later: control_edges_told. */
MUST_USE NONNULL err control_publish_routes(struct control *c);

/* Keys, then the folder (the supervisor answers PROVISIONED), then active. Each step may be repeated. A nil environment: the tenant's. */
MUST_USE NONNULL err control_make_place(struct control *c, const struct uuid *tenant, const struct uuid *environment);

/* What a crash left half made is finished. */
MUST_USE NONNULL err control_finish_half_made(struct control *c);

/* The supervisor has made a folder, or could not: the tenant or environment becomes active, and who waited is answered. */
NONNULL void control_provisioned(struct control *c, const struct supervisor_answer *answer);

/* Answers the call, which waits already, when every edge uses the routing table that was published last, or after a bounded
 * time: then an edge may know what was made a little later. */
NONNULL void control_wait_for_edges(struct control *c, struct waiting *wait);
NONNULL void control_edges_told(struct control *c, const struct routes_told *message);

/* A tenant's administrator changes who may enter an environment: written, audited, told to its workers, answered. */
NONNULL void control_environment_change(struct control *c, const struct environment_change *change);

/* Parks the call until control_provisioned or control_status answers it. ERR_UNAVAILABLE: too many wait. */
MUST_USE NONNULL err control_wait(struct control *c, struct web_call *call, bool status, const struct uuid *tenant,
				  const struct uuid *environment);

/* The tenant, or the environment unless it is nil, as JSON. */
MUST_USE NONNULL err control_answer(struct control *c, struct web_call *call, int status, const struct uuid *tenant,
				    const struct uuid *environment);

/* GET /platform/v1/status, and the supervisor's answer to it, which comes in several messages. */
MUST_USE NONNULL err control_get_status(struct web_call *call);
NONNULL void control_status(struct control *c, const struct supervisor_status *message);

/* Asks the keeper now and then to rotate what is due, and says so in the audit log. */
MUST_USE NONNULL err control_keys_start(struct control *c);
/* POST /platform/v1/tenants/{}/rotateKeys {"mode":"published|now|remove"} */
MUST_USE NONNULL err control_rotate_keys(struct web_call *call);

/* /platform/v1, on the operator's lane. */
extern const struct web_surface control_surface;

#endif
