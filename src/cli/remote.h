/* cli/remote.h - what most commands do: one JSON request to the running service, and the answer shown. */
#ifndef CLI_REMOTE_H
#define CLI_REMOTE_H

#include "base/buffer.h"
#include "cli/command.h"
#include "codec/json_read.h"
#include "codec/json_write.h"

enum { REMOTE_BODY_BYTES_MAX = 1 << 20 };

/* A body being written: { ... } with REMOTE_BODY_BYTES_MAX at most. Release it. */
struct remote_body {
	struct buffer text;
	struct json_writer w;
};
NONNULL void remote_body_init(struct remote_body *body);
NONNULL void remote_body_release(struct remote_body *body);

/* Sends; body may be null. On an answer below 400 returns CLI_OK with the parsed JSON in *out (null when there is none); else
 * tells the caller's standard error what was refused and returns the exit code. */
MUST_USE int remote_call(struct cli_call *call, const char *method, str path, struct remote_body *body,
			 const struct json **out);
/* GET of a list with all its pages: *out is { "value": [...] }. */
MUST_USE int remote_list(struct cli_call *call, str path, const struct json **out);
/* The tenant that the call is about: what --tenant says, unless the call names one itself. */
NONNULL str remote_tenant(const struct cli_call *call);
/* /{tenant}/v1.0 and a formatted rest; every piece of the rest must be encoded already (url_encode). */
NONNULL PRINTF_LIKE(2, 3) str remote_directory_path(struct cli_call *call, const char *format, ...);

/* Shows the answer: as JSON with --json, else the named members, one a line. names ends with null. */
NONNULL void remote_show(struct cli_call *call, const struct json *object, const char *const *names);
/* The same for a list: `value` of the answer, or the answer if it is an array; one line a row under a head. */
NONNULL void remote_show_list(struct cli_call *call, const struct json *answer, const char *const *names);
/* The member's text; "" when absent; numbers and booleans as they stand. */
str remote_text(const struct json *object, const char *name);
/* Text of others, without what would control a terminal. */
NONNULL void remote_print_text(FILE *to, str text);
/* JSON text of a tree. */
NONNULL void remote_json_write(struct json_writer *w, const struct json *value);

#endif
