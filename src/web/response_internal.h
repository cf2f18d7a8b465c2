/* web/response_internal.h - what the files of this area share. */
#ifndef WEB_RESPONSE_INTERNAL_H
#define WEB_RESPONSE_INTERNAL_H

#include "web/route.h"

/* An empty 200. */
NONNULL void web_reset_response(struct web_call *call);
/* Replaces an answer that could not be written whole by 500. */
NONNULL void web_check_response(struct web_call *call);

#endif
