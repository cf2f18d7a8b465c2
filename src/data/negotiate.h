/* data/negotiate.h - the versions and media types of a Web API request: 400, 406 or 415 when they do not fit. */
#ifndef DATA_NEGOTIATE_H
#define DATA_NEGOTIATE_H

#include "data/request.h"

/* After the path has been read. */
MUST_USE NONNULL err data_negotiate(struct data_call *dc);

#endif
