/* host/config.h - DIR/bailiwick.conf: an ini file, every key with a default. Documented in bailiwick.conf(5).
 *
 * An unknown section or key, a repeated key or a value out of range refuses the whole file and names the line: a typing
 * mistake must not silently become a default. */
#ifndef HOST_CONFIG_H
#define HOST_CONFIG_H

#include "base/arena.h"
#include "base/err.h"

enum { CONFIG_LISTEN_MAX = 8, CONFIG_BYTES_MAX = 64 * 1024 };

struct config_listen {
	str host; /* address text: "127.0.0.1", "::1", "0.0.0.0" */
	uint16_t port;
};

struct config {
	/* [server] */
	struct config_listen listen[CONFIG_LISTEN_MAX]; /* listen = 127.0.0.1:8443, [::1]:8443 */
	size_t listen_count;
	str origin;             /* origin = https://localhost:8443 : how clients name this installation */
	uint32_t edges;         /* edges = 0 : one per processor */
	uint32_t hashers;       /* hashers = 0 : one per processor */
	/* [tls] */
	str certificate, key;   /* PEM files; empty: the development certificate that init made */
	/* [root] */
	str root_provider;      /* provider = file | passphrase */
	str root_file;          /* file = PATH; empty: DIR/keys/root.key */
	/* [workers] */
	uint32_t idle_s;        /* idle = 300 : a worker without requests leaves after this many seconds; 0: never */
	uint32_t uid_base;      /* uid_base = 620000 : first of the uids that processes run as, when started as root */
	/* [limits] of the edge; seconds, octets */
	uint32_t max_connections, connections_per_source;
	uint32_t head_s, idle_connection_s, body_grace_s, body_min_rate, handshake_s, response_stall_s;
	uint32_t body_bytes_max, upload_bytes_max;
	uint32_t queue_per_tenant, queue_total;
	/* of one caller of an environment, see data/usage.h and edge/settings.h; 0: none */
	uint32_t user_requests, user_execution_s, user_concurrent;
};

/* Reads DIR/bailiwick.conf. *out_line, if not null, is set to the offending line number on ERR_INVALID. Texts live in
 * the arena. */
MUST_USE err config_load(const char *folder, struct arena *arena, struct config *out, int *out_line);
/* The same from text; for tests and fuzzing. */
MUST_USE err config_parse(str text, struct arena *arena, struct config *out, int *out_line);

#endif
