/* directory/licence.h - licences: what a tenant has of the operator, and who uses it.
 *
 * Source: identity 1.5, 1.12. A sku is a product with seats and service plans; a plan has one name and one id in the tenant. An
 * assignment takes a seat and may turn plans off. All writes run inside the caller's transaction, so that the count of seats and
 * the assignment are one. */
#ifndef DIRECTORY_LICENCE_H
#define DIRECTORY_LICENCE_H

#include "base/instant.h"
#include "codec/json_read.h"
#include "store/store.h"

enum { SKU_PLANS_MAX = 64, SKU_SEATS_MAX = 100000000, SKU_LOCATIONS_MAX = 300, LICENCE_CHANGES_MAX = 100 };

struct sku_wish {
	struct uuid id;    /* nil: the sku that has the part number, or a new one */
	str part_number;
	int64_t seats;
	const struct json *plans; /* [{"servicePlanName","servicePlanId"?}] */
	bool sets_locations;
	str locations;            /* where it may be used, "DE,FR"; null `at`: everywhere */
};
/* {"skuPartNumber","skuId"?,"prepaidUnits":{"enabled"},"servicePlans":[...],"usageLocations":[...]|null?}. ERR_INVALID. */
MUST_USE NONNULL err sku_parse(const struct json *body, struct arena *arena, struct sku_wish *out);
/* Makes the sku, or sets the seats of the one with this part number and adds the plans that it lacks. ERR_INVALID: fewer seats than are
 * taken, an id that contradicts what is there. */
MUST_USE NONNULL err sku_put(struct store *store, const struct sku_wish *wish, struct instant now, int64_t *out_key, struct uuid *out_id,
			     bool *out_made);

/* A body of assignLicense for the user of that key: {"addLicenses":[{"skuId","disabledPlans":[]?}],"removeLicenses":[id]}. All or nothing
 * (the caller's transaction); adding what is there sets its disabled plans. ERR_INVALID says why: malformed, unknown, not held, no
 * seat left, not for the user's usageLocation. */
MUST_USE NONNULL err licence_assign(struct store *store, int64_t user_key, const struct json *body, struct instant now);
/* The same for what a group has; its members are directory/group_licence.h's. */
MUST_USE NONNULL err licence_assign_group(struct store *store, int64_t group_key, const struct json *body, struct instant now);

#endif
