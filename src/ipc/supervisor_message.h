/* ipc/supervisor_message.h - between the supervisor and each process that it started, over the child's descriptor 3.
 *
 * Fixed structs, one per message, no pointers; the first member says which. Same binary on both sides, so host byte
 * order; sizes are checked, and every enum and length is range-checked on arrival. Facts are a text after the struct; those of
 * the edges, the routing table, grow with the installation and so are a sealed memory file (host/file.h) instead. */
#ifndef IPC_SUPERVISOR_MESSAGE_H
#define IPC_SUPERVISOR_MESSAGE_H

#include "base/str.h"
#include "base/uuid.h"

enum process_role {
	ROLE_SUPERVISOR = 1, ROLE_KEEPER, ROLE_EDGE, ROLE_CONTROL, ROLE_IDENTITY, ROLE_DATA, ROLE_RECORDER, ROLE_HASHER,
	ROLE_COUNT
};

/* What a channel is for, as its receiver sees it. */
enum channel_kind {
	CHANNEL_HTTP = 1,    /* edge: to a worker. worker: from an edge                       */
	CHANNEL_KEEPER,      /* client: to the keeper. keeper: from a client                  */
	CHANNEL_RECORDER,    /* producer: to the recorder. recorder: from a producer          */
	CHANNEL_HASHER,      /* identity worker: to the hasher. hasher: from a worker         */
	CHANNEL_DIRECTORY,   /* data worker: to its tenant's directory. identity worker: from an environment */
	CHANNEL_KIND_COUNT
};

enum channel_lane { LANE_NONE = 0, LANE_PUBLIC = 1, LANE_OPERATOR = 2 };

/* Made by the supervisor, sent with the descriptor: whom the other end is and what it may speak for. */
struct channel_binding {
	enum channel_kind kind;
	enum process_role peer;
	enum channel_lane lane;
	struct uuid tenant;      /* nil: the installation   */
	struct uuid environment; /* nil: the tenant's own   */
	struct uuid database;    /* keeper channels: the one database whose keys may be asked for; nil: none */
};

enum supervisor_message_kind {
	/* supervisor to child */
	SUPERVISOR_START = 1, /* struct supervisor_start, then the facts               */
	SUPERVISOR_CHANNEL,   /* struct supervisor_channel with one descriptor         */
	SUPERVISOR_FACTS,     /* struct supervisor_facts, then the facts; to an edge: with the routing table's file */
	SUPERVISOR_RELOAD,    /* struct supervisor_reload: read the configuration again, take these files */
	SUPERVISOR_STOP,      /* finish what is being worked on, then exit 0           */
	SUPERVISOR_STATUS,    /* answer to CHILD_STATUS_ASKED: struct supervisor_status, rows (control only) */
	SUPERVISOR_NO_WORKER, /* answer to CHILD_WORKER_WANTED that cannot be met      */
	SUPERVISOR_PROVISIONED, /* answer to CHILD_PROVISION                           */
	SUPERVISOR_FACTS_ASKED, /* to control: what are this worker's facts?           */
	SUPERVISOR_TOLD,      /* answer to CHILD_TOLD_ASKED, with its number: no edge routes by an older table */
	SUPERVISOR_ENVIRONMENT_CHANGE, /* to control: a tenant's administrator wants it (struct environment_change) */
	SUPERVISOR_ENVIRONMENT_CHANGED, /* to identity: control's answer (struct environment_changed) */
	/* child to supervisor */
	CHILD_READY = 64,     /* struct child_ready: sandbox in force, database open, serving */
	CHILD_WORKER_WANTED,  /* edge: a channel to that worker, please                */
	CHILD_IDLE,           /* worker: nothing to do for a while; may I leave?       */
	CHILD_FACTS,          /* control: facts of a worker (answer, or unasked when they changed); of the edges: with a file */
	CHILD_PROVISION,      /* control: make a tenant's or an environment's place    */
	CHILD_STATUS_ASKED,   /* control: list the processes                           */
	CHILD_RELOADED,       /* keeper: has taken what RELOAD brought; the others may follow */
	CHILD_TOLD_ASKED,     /* control: say when every edge uses the routing table that I published last; replaces an
				 earlier such question */
	CHILD_TOLD,           /* edge: the routing table of that number is in use       */
	CHILD_ENVIRONMENT_CHANGE, /* identity: for control; the supervisor fills in the tenant, which the sender cannot choose */
	CHILD_ENVIRONMENT_CHANGED, /* control: for that tenant's identity worker; the environment's worker has new facts already */
};

/* Files that the supervisor opens, since only it is privileged, and hands over unread. START and RELOAD carry their
 * descriptors in the order of these bits. */
enum handed_file {
	HANDED_PASSPHRASE = 1,  /* keeper: what opens the root key              */
	HANDED_TLS_KEY = 2,     /* keeper: the operator's own TLS key, PEM      */
	HANDED_CERTIFICATE = 4, /* edge: the certificate chain, PEM             */
	HANDED_CONFIG = 8,      /* edge: bailiwick.conf, which an editor may have replaced by another file */
	HANDED_ROUTES = 16,     /* edge: the routing table, sealed; START and FACTS */
	HANDED_FILE_COUNT = 5,
};

/* ROUTES_BYTES_MAX: some 60,000 tenants with an environment each. */
enum { FACTS_BYTES_MAX = 60 * 1024, ROUTES_BYTES_MAX = 16 * 1024 * 1024, PATH_TEXT_MAX = 1024 };

/* Which worker is meant. */
struct worker_name {
	enum process_role role;
	struct uuid tenant;      /* nil: the installation's (control; its recorder) */
	struct uuid environment; /* data workers only */
};

struct supervisor_start {
	enum supervisor_message_kind kind;
	enum process_role role;
	enum channel_lane lane;         /* edges: which door                          */
	struct uuid tenant, environment;
	char folder[PATH_TEXT_MAX];     /* the installation's folder                  */
	char path[PATH_TEXT_MAX];       /* this worker's database file or key folder  */
	uint32_t idle_ms;               /* leave after this long without work; 0: stay */
	uint32_t index;                 /* of several of one role                     */
	uint32_t user_requests, user_execution_s; /* data workers: of one caller within 300 s */
	int32_t inherited_fd_count;     /* edges: listening sockets at descriptors 4.. */
	uint32_t handed;                /* bits of enum handed_file               */
	uint64_t routes_number;         /* edges: which routing table HANDED_ROUTES is */
};

struct supervisor_reload {
	enum supervisor_message_kind kind;
	uint32_t handed;
};

struct supervisor_channel {
	enum supervisor_message_kind kind;
	struct channel_binding binding;
};

struct supervisor_facts {
	enum supervisor_message_kind kind;
	struct worker_name worker;
	uint8_t known; /* 0: no such worker should exist */
	uint64_t routes_number; /* to edges: counts the routing tables, as the supervisor passed them on */
};

struct routes_told { /* CHILD_TOLD_ASKED, SUPERVISOR_TOLD: the question's number, control's. CHILD_TOLD: the table's, the supervisor's */
	enum supervisor_message_kind kind;
	uint64_t number;
};

struct child_ready {
	enum supervisor_message_kind kind;
	uint32_t confinement; /* bits of enum confinement (proc/confinement.h) in force */
};

struct child_worker_wanted {
	enum supervisor_message_kind kind;
	struct worker_name worker;
};

struct child_provision {
	enum supervisor_message_kind kind;
	struct uuid tenant, environment; /* environment nil: the tenant's folder */
};

enum { CHANGE_PLANS_MAX = 20 };

/* Who may enter an environment, as it shall be. The identity worker has judged who asks, and the group. */
struct environment_change {
	enum supervisor_message_kind kind;
	struct uuid tenant, environment;
	uint64_t number;         /* the asker's, comes back with the answer */
	uint32_t state;          /* 1 ready, 2 administration, 3 disabled   */
	uint32_t plan_count;
	struct uuid group;       /* nil: none */
	struct uuid plans[CHANGE_PLANS_MAX];
};

struct environment_changed {
	enum supervisor_message_kind kind;
	struct uuid tenant, environment;
	uint64_t number;
	int32_t result; /* 0 or an err_kind */
};

struct supervisor_answer { /* NO_WORKER, PROVISIONED */
	enum supervisor_message_kind kind;
	struct worker_name worker;
	int32_t result; /* 0 or an err_kind */
};

enum { STATUS_ROWS_PER_MESSAGE = 200 };

struct process_status {
	enum process_role role;
	enum channel_lane lane;
	int32_t pid;
	uint32_t uid;
	struct uuid tenant, environment;
	uint32_t confinement, starts; /* starts > 1: it has been restarted */
	int64_t started_ms;           /* UTC */
	uint32_t failures;            /* at starts, one after the other; 0 when it serves */
	uint8_t ready, failing;       /* failing: requests for it are refused until the next try */
};

struct supervisor_status {
	enum supervisor_message_kind kind;
	uint32_t row_count, row_first, row_total;
	uint32_t missing; /* confinement bits that this machine cannot offer */
	struct process_status rows[STATUS_ROWS_PER_MESSAGE];
};

static inline const char *process_role_name(enum process_role role)
{
	static const char *const names[] = { "", "supervisor", "keeper", "edge", "control", "identity", "data",
					     "recorder", "hasher" };
	return role > 0 && role < ROLE_COUNT ? names[role] : "?";
}

#endif
