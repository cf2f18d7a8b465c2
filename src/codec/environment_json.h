/* codec/environment_json.h - who may enter an environment, as JSON: the same members in the platform's facts and on the directory's wire
 * (authorization-and-data 4.11). */
#ifndef CODEC_ENVIRONMENT_JSON_H
#define CODEC_ENVIRONMENT_JSON_H

#include "base/uuid.h"
#include "codec/json_write.h"

/* "state", "securityGroupId" (null: a nil group), "requiredServicePlanIds"; inside an object. */
void environment_admission_members(struct json_writer *w, str state, const struct uuid *group, const struct uuid *plans, size_t plan_count);

#endif
