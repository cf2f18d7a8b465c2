/* host/log.h - one line of JSON on standard error for the operator. Not the audit log.
 *
 * Fields are given as printf text and escaped here. Never log a secret, a token, or a peer's raw bytes. */
#ifndef HOST_LOG_H
#define HOST_LOG_H

#include "base/err.h"
#include "base/str.h"

enum log_level { LOG_DEBUG = 0, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* Names the process in every later line ("identity 1f3a09bc"). Copies. */
NONNULL void log_set_process(const char *name);
void log_set_level(enum log_level level);
PRINTF_LIKE(2, 3) void log_line(enum log_level level, const char *format, ...);
/* "what: why (file:line)" of an error. */
NONNULL void log_err(const char *what, err e);

#endif
