/* codec/decision_point.h - the addresses of an environment as an AuthZEN policy decision point, as its metadata tell them.
 *
 * Source:  OpenID AuthZEN Authorization API 1.0, "Policy Decision Point Metadata". Written in two places, which must say the same: by the
 *          data worker in the open (access/discovery.c), and by the keeper in what it signs (keys/keeper_metadata.c). */
#ifndef CODEC_DECISION_POINT_H
#define CODEC_DECISION_POINT_H

#include "base/buffer.h"
#include "codec/json_write.h"

/* "https://host/e/sales", or with a host of its own "https://sales.host". `origin` is "https://host". */
NONNULL void decision_point_identifier(struct buffer *out, str origin, str unique_name, bool own_host);
/* "policy_decision_point" and the endpoints, as members of the open object. */
NONNULL void decision_point_members(struct json_writer *w, str identifier);

#endif
