/* platform/tenant.h - the tenants of this installation. */
#ifndef PLATFORM_TENANT_H
#define PLATFORM_TENANT_H

#include "base/instant.h"
#include "base/uuid.h"
#include "store/store.h"

enum tenant_state { TENANT_BEING_MADE = 0, TENANT_ACTIVE, TENANT_SUSPENDED };
enum { TENANT_DOMAINS_MAX = 16, DISPLAY_NAME_BYTES_MAX = 256 };

struct tenant {
	int64_t key;
	struct uuid id;
	str display_name;
	enum tenant_state state;
	struct instant created;
	str domains[TENANT_DOMAINS_MAX];
	size_t domain_count;
};

/* 1 to 48 octets of lower-case labels joined by dots, at least two labels, or one label under "localhost" in tests. */
MUST_USE NONNULL err domain_name_check(str name);
/* 1 to DISPLAY_NAME_BYTES_MAX octets of UTF-8 without controls. */
MUST_USE NONNULL err display_name_check(str name);

/* In state BEING_MADE with its initial domain, in the caller's transaction. ERR_CONFLICT when the domain is taken. */
MUST_USE NONNULL err tenant_insert(struct store *store, const struct uuid *id, str display_name, str domain, struct instant now);
/* ERR_NOT_FOUND when there is none that is being made. */
MUST_USE NONNULL err tenant_activate(struct store *store, const struct uuid *id);
MUST_USE NONNULL err tenant_by_id(struct store *store, const struct uuid *id, struct arena *arena, struct tenant *out);
/* By id text or domain. */
MUST_USE NONNULL err tenant_by_name(struct store *store, str name, struct arena *arena, struct tenant *out);
MUST_USE NONNULL err tenant_list(struct store *store, struct arena *arena, struct tenant **out, size_t *out_count);

#endif
