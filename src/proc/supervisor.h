/* proc/supervisor.h - starts, connects, watches and restarts every other process. It holds privilege and reads no byte
 * from the network, no key and no tenant data: the facts that it passes on are unread text.
 *
 * Files: supervisor.c (life: configuration, sockets, signals, loop), supervisor_process.c (the table of processes: start,
 * exit), restart.c (when it is started again), supervisor_channel.c (who is connected to whom), supervisor_message.c (what
 * children ask), supervisor_place.c (folders and uids), supervisor_files.c (files handed over unread). */
#ifndef PROC_SUPERVISOR_H
#define PROC_SUPERVISOR_H

#include <sys/types.h>

#include "host/config.h"
#include "host/loop.h"
#include "ipc/channel.h"
#include "ipc/supervisor_message.h"
#include "proc/restart.h"

enum { PROCESSES_MAX = 4096, EDGES_MAX = 64, LISTENERS_MAX = EDGES_MAX * CONFIG_LISTEN_MAX };

enum process_state {
	PROCESS_ABSENT = 0, /* no slot                                                         */
	PROCESS_WANTED,     /* waits for its facts, its start delay or a predecessor to end    */
	PROCESS_RESTING,    /* ended by a failure that is remembered; nobody has wanted it since */
	PROCESS_STARTING,   /* forked; CHILD_READY has not come                                */
	PROCESS_RUNNING,
	PROCESS_STOPPING,   /* told to stop                                                    */
};

struct supervisor;

struct process {
	enum process_state state;
	struct supervisor *supervisor;
	struct worker_name name;
	enum channel_lane lane;
	uint32_t index;         /* of several edges or hashers */
	pid_t pid;
	uid_t uid;
	struct loop_watch channel_watch; /* fd -1 when not running */
	struct loop_watch exit_watch;    /* pidfd */
	struct loop_timer start_timer, stop_timer;
	struct loop_timer patience_timer; /* set while edges wait: they are refused when it fires */
	struct restart restart;
	uint32_t confinement, starts;
	int64_t ready_ns;       /* 0 until CHILD_READY came */
	uint64_t routes_number; /* edges: of the routing table that it uses, as it says */
	struct { int64_t ms; } started;
	bool permanent;         /* restarted whenever it ends: all but identity, data and tenants' recorders */
	bool wanted_again;      /* someone asked while it was stopping */
	bool edge_wants[EDGES_MAX]; /* edges that asked for a channel to this worker */
};

struct listener {
	int fd;
	uint32_t edge_index;
	enum channel_lane lane;
};

struct supervisor {
	struct loop *loop;
	struct arena *config_arena, *reload_arena; /* reload_arena: texts of the configuration that the last SIGHUP brought */
	struct config config;
	char folder[PATH_TEXT_MAX];
	struct process *processes; /* PROCESSES_MAX slots */
	struct listener listeners[LISTENERS_MAX];
	size_t listener_count;
	uint32_t edge_count, hasher_count;
	int lock_fd;
	int passphrase_fd;         /* -1 unless the root is sealed by one; never read here */
	bool root, stopping;
	bool keeper_served;        /* the keeper has been ready once: its later failures are not the operator's mistake */
	int exit_status;
	struct loop_watch signal_watch;
	struct loop_timer stop_timer;
	str first_facts;           /* the origin and an empty routing table */
	int routes_fd;             /* the routing table, as control published it last: a sealed file, unread */
	uint64_t routes_number;    /* counts them */
	bool told_asked;           /* control wants to hear when every edge uses the table told_from or a later one */
	uint64_t told_question, told_from;
};

/* --- supervisor_process.c --- */

/* The slot of that process, or null. */
NONNULL struct process *process_find(struct supervisor *s, const struct worker_name *name);
/* A slot for it, in state WANTED; null when the table is full. */
NONNULL struct process *process_add(struct supervisor *s, const struct worker_name *name, enum channel_lane lane,
				    uint32_t index, bool permanent);
/* Forks, confines, executes, sends START with these facts, connects. */
MUST_USE NONNULL err process_start(struct process *p, str facts);
/* Starts it as soon as its back-off allows; asks control for facts first where the role has facts. */
NONNULL void process_start_soon(struct process *p);
/* Someone wants a process that rests: starts it, or refuses whoever waits when it fails too often (restart.h). */
NONNULL void process_wake(struct process *p);
/* It could not be started: the back-off decides what comes next. */
NONNULL void process_start_failed(struct process *p, err why);
/* Frees its slot. */
NONNULL void process_forget(struct process *p);
/* For how long it has been ready; 0 when it is not. */
NONNULL int64_t process_served_ns(const struct process *p);
NONNULL void process_stop(struct process *p);
NONNULL bool process_is_up(const struct process *p);

/* --- supervisor_channel.c --- */

/* Gives a process that has just been started its channels, and those it serves a channel to it. */
NONNULL void channels_connect(struct process *p);
/* An edge wants this running worker. */
MUST_USE NONNULL err channel_edge_to_worker(struct process *edge, struct process *worker);

/* --- supervisor_message.c --- */

/* Takes the descriptors that it wants out of `fds`; the caller closes the others. */
NONNULL void supervisor_take_message(struct process *from, bytes raw, struct channel_fds *fds);
/* An edge has said that it uses a table, or has ended: control is told if that was what it waited for. */
NONNULL void supervisor_check_told(struct supervisor *s);
/* The worker will not come: tells the edges that asked. */
NONNULL void supervisor_refuse_wanted(struct process *worker, int err_kind);
/* One struct, then a text; `fds` may be null. */
MUST_USE err process_send(struct process *p, const void *message, size_t size, str text, const struct channel_fds *fds);

/* --- supervisor_files.c --- */

/* The files that a process of that role is handed; the caller closes them. What cannot be opened is left out and logged; the
 * error is that of the first. */
MUST_USE NONNULL err files_for(const struct supervisor *s, enum process_role role, uint32_t *out_handed, struct channel_fds *out);
/* Opens the passphrase for as long as the service runs, and sees whether the others are there. */
MUST_USE err files_check(struct supervisor *s, const char *passphrase_file);

/* --- supervisor.c --- */

/* Stops every process in order, then the loop. The program's exit status is s->exit_status. */
NONNULL void supervisor_stop(struct supervisor *s);
/* Everyone but the keeper reads its configuration again. */
NONNULL void supervisor_reload_others(struct supervisor *s);

/* --- supervisor_place.c --- */

/* The database file (or folder) of a process: "" for those without. */
NONNULL void place_path(const struct supervisor *s, const struct worker_name *name, char *out, size_t size);
/* Makes the folder of each database that belongs to a tenant (environment nil) or to an environment, each owned by a uid of
 * its own. Repeating it is harmless. */
MUST_USE NONNULL err place_make(struct supervisor *s, const struct uuid *tenant, const struct uuid *environment);
/* The uid that the process runs as: the owner of its folder, or a fixed one of its role. 0 when not started as root. */
MUST_USE NONNULL err place_uid(const struct supervisor *s, const struct process *p, uid_t *out);
/* The installation's own folders, with their owners. */
MUST_USE NONNULL err place_make_installation(struct supervisor *s);

#endif
