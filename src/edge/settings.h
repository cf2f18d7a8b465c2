/* edge/settings.h - every limit of the edge, in one place. Times in milliseconds so that tests can make them small.
 *
 * Source: edge-and-network 2.5, 2.7, 4. Those that an operator may change come from bailiwick.conf (host/config.h). */
#ifndef EDGE_SETTINGS_H
#define EDGE_SETTINGS_H

#include "base/str.h"

struct edge_settings {
	str origin; /* "https://host[:port]" */
	uint32_t connections_max, connections_per_source_max;
	/* deadlines */
	uint32_t handshake_ms, first_byte_ms, head_ms, idle_ms, age_ms;
	/* a request body must arrive at body_rate_min octets/s, counted from its start, after body_grace_ms */
	uint32_t body_grace_ms, body_rate_min;
	/* while there is something to send the client must take write_rate_min octets/s in each window */
	uint32_t write_window_ms, write_rate_min;
	uint32_t linger_ms;
	uint32_t requests_per_connection_max;
	uint64_t body_bytes_max, upload_bytes_max; /* of one request: by route */
	uint64_t bodies_bytes_max;                 /* of all requests together */
	/* queues before the workers */
	uint32_t queue_per_tenant_max, queue_total_max, running_max;
	uint32_t ahead_ms; /* a worker gets more before it has answered while all that it has takes less than this; 0: one at a time */
	uint32_t caller_concurrent_max; /* requests with one bearer token that data workers have or will get; 0: any number */
	uint32_t request_ms; /* from the whole request to its answer */
	uint32_t codel_target_ms, codel_interval_ms;
	/* HTTP/2 */
	uint32_t h2_streams_max, h2_resets_max, h2_control_frames_max, h2_window_ms, h2_stall_ms;
};

static inline struct edge_settings edge_settings_default(void)
{
	return (struct edge_settings){
		.origin = S("https://localhost:8443"),
		.connections_max = 10000, .connections_per_source_max = 512,
		.handshake_ms = 5000, .first_byte_ms = 5000, .head_ms = 10000, .idle_ms = 15000, .age_ms = 3600 * 1000,
		.body_grace_ms = 5000, .body_rate_min = 1024,
		.write_window_ms = 10000, .write_rate_min = 512,
		.linger_ms = 2000,
		.requests_per_connection_max = 1000,
		.body_bytes_max = 1 << 20, .upload_bytes_max = 128 << 20, .bodies_bytes_max = 512 << 20,
		.queue_per_tenant_max = 1024, .queue_total_max = 16384, .running_max = 16, .ahead_ms = 1,
		.caller_concurrent_max = 52,
		.request_ms = 30000,
		.codel_target_ms = 20, .codel_interval_ms = 200,
		.h2_streams_max = 100, .h2_resets_max = 100, .h2_control_frames_max = 100, .h2_window_ms = 10000,
		.h2_stall_ms = 20000,
	};
}

#endif
