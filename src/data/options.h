/* data/options.h - which query options an address takes. Whatever else stands in it is refused, never ignored (4.2, 4.8). */
#ifndef DATA_OPTIONS_H
#define DATA_OPTIONS_H

#include "data/request.h"

/* allowed: names, separated by blanks; "@": any parameter alias. 400 0x80060888 for another, and for one that is given twice. */
MUST_USE NONNULL err options_check(struct data_call *dc, const char *allowed);

#endif
