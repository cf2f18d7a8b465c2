/* Whatever the octets, the settings are applied whole, within their bounds, or not at all. */
#include <stdlib.h>
#include <string.h>

#include "authz/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct hierarchy_settings before = { .enabled = true, .depth = 3, .write_levels = 1, .unit_rule = true, .disabled_users = true };
	struct environment_settings all = { .hierarchy = before, .matrix = { .move_rows = true } };
	err e = org_settings_apply((str){ (const char *)data, size }, &all);
	const struct hierarchy_settings h = all.hierarchy;
	if (all.share_to_previous_owner || (failed(e) && (all.matrix.enabled || !all.matrix.move_rows || all.matrix.keep_roles)))
		abort();
	if (failed(e) && (h.write_levels != before.write_levels || h.unit_rule != before.unit_rule || h.disabled_users != before.disabled_users))
		abort();
	if (h.write_levels < 0 || h.write_levels > HIERARCHY_DEPTH_MAX || h.depth != before.depth || h.enabled != before.enabled)
		abort();
	return 0;
}
