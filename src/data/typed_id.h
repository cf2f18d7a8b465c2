/* data/typed_id.h - a row as actions name it: {"@odata.type": "Microsoft.Dynamics.CRM.account", "accountid": "..."}. */
#ifndef DATA_TYPED_ID_H
#define DATA_TYPED_ID_H

#include "base/uuid.h"
#include "codec/json_read.h"

/* The logical name behind the namespace, with or without '#' in front. False when it is none. */
bool typed_id_type(const struct json *object, str *out);
/* The GUID of that member. */
bool typed_id(const struct json *object, str name, struct uuid *out);

#endif
