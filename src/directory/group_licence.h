/* directory/group_licence.h - licences of groups: each direct member who is a person has all products of the group, or none.
 *
 * Source: identity 1.5. A product that a person has by several ways takes one seat. Without a seat, or where a product is not for the
 * person's usageLocation, the member stands with the error (licenseAssignmentStates) until it is tried again: when the group's licences or
 * members change, when seats are bought, by reprocessLicenseAssignment. All within the caller's transaction: no seat is given twice. */
#ifndef DIRECTORY_GROUP_LICENCE_H
#define DIRECTORY_GROUP_LICENCE_H

#include "base/instant.h"
#include "codec/json_read.h"
#include "store/store.h"

/* A body of assignLicense (directory/licence.h) for a group, and what becomes of its members. */
MUST_USE NONNULL err group_licence_assign(struct store *store, int64_t group_key, const struct json *body, struct instant now);
/* One member again, for this group. */
MUST_USE NONNULL err group_licence_inherit(struct store *store, int64_t group_key, int64_t user_key, struct instant now);
/* One person again, for every group. */
MUST_USE NONNULL err group_licence_reprocess(struct store *store, int64_t user_key, struct instant now);
/* Those who wait for a seat of the product. */
MUST_USE NONNULL err group_licence_seats_bought(struct store *store, int64_t sku_key, struct instant now);
MUST_USE NONNULL err group_licence_any(struct store *store, int64_t group_key, bool *out);

#endif
