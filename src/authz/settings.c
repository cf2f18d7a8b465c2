#include "authz/settings.h"

static void blanks_skip(str *text)
{
	size_t n = 0;
	while (n < text->len && (text->at[n] == ' ' || text->at[n] == '\t' || text->at[n] == '\r' || text->at[n] == '\n'))
		n++;
	*text = str_from(*text, n);
}

static bool literal_take(str *text, str literal)
{
	if (!str_starts_with(*text, literal))
		return false;
	*text = str_from(*text, literal.len);
	return true;
}

/* "<Name>value</Name>" */
static bool element_take(str *text, str *out_name, str *out_value)
{
	size_t close = str_find_char(*text, '>', 0);
	if (close == SIZE_MAX || close < 2 || text->at[0] != '<')
		return false;
	*out_name = str_slice(*text, 1, close);
	*text = str_from(*text, close + 1);
	size_t end = str_find_char(*text, '<', 0);
	if (end == SIZE_MAX)
		return false;
	*out_value = str_slice(*text, 0, end);
	*text = str_from(*text, end);
	return literal_take(text, S("</")) && literal_take(text, *out_name) && literal_take(text, S(">"));
}

static err bool_of(str value, bool *out)
{
	*out = str_equal_nocase(value, S("true"));
	if (!*out && !str_equal_nocase(value, S("false")))
		FAIL(ERR_INVALID, "a setting must be true or false");
	return OK;
}

static err visibility_of(str value, bool *out_by_privilege)
{
	*out_by_privilege = str_equal_nocase(value, S("by_privilege"));
	if (!*out_by_privilege && !str_equal_nocase(value, S("all")))
		FAIL(ERR_INVALID, "MetadataVisibility must be all or by_privilege");
	return OK;
}

static err level_of(str value, int *out)
{
	uint64_t n;
	if (!str_to_u64(value, &n) || n > HIERARCHY_DEPTH_MAX)
		FAIL(ERR_INVALID, "HierarchyLevelForHierarchyFeature must be a number up to 100");
	*out = (int)n;
	return OK;
}

static err setting_apply(str name, str value, struct environment_settings *e)
{
	struct hierarchy_settings *h = &e->hierarchy;
	if (str_equal(name, S("ManagersMustBeInSameOrParentBusinessUnitAsReports")))
		return bool_of(value, &h->unit_rule);
	if (str_equal(name, S("AuthorizationEnableHSMForDisabledUsers")))
		return bool_of(value, &h->disabled_users);
	if (str_equal(name, S("HierarchyLevelForHierarchyFeature")))
		return level_of(value, &h->write_levels);
	if (str_equal(name, S("EnableOwnershipAcrossBusinessUnits")))
		return bool_of(value, &e->matrix.enabled);
	if (str_equal(name, S("DoNotRemoveRolesOnChangeBusinessUnit")))
		return bool_of(value, &e->matrix.keep_roles);
	if (str_equal(name, S("AlwaysMoveRecordToOwnerBusinessUnit")))
		return bool_of(value, &e->matrix.move_rows);
	if (str_equal(name, S("MetadataVisibility")))
		return visibility_of(value, &e->metadata_by_privilege);
	if (str_equal(name, S("ConcealLookupIds")))
		return bool_of(value, &e->conceal_lookup_ids);
	if (str_equal(name, S("ConcealRows")))
		return bool_of(value, &e->conceal_rows);
	FAIL(ERR_INVALID, "orgdborgsettings has an element that is no setting");
}

err org_settings_apply(str xml, struct environment_settings *inout)
{
	struct environment_settings after = *inout;
	str name, value;
	blanks_skip(&xml);
	if (!literal_take(&xml, S("<OrgSettings>")))
		FAIL(ERR_INVALID, "orgdborgsettings must be <OrgSettings>...</OrgSettings>");
	for (blanks_skip(&xml); !literal_take(&xml, S("</OrgSettings>")); blanks_skip(&xml)) {
		if (!element_take(&xml, &name, &value))
			FAIL(ERR_INVALID, "an element of orgdborgsettings is malformed");
		TRY(setting_apply(name, value, &after));
	}
	blanks_skip(&xml);
	if (xml.len)
		FAIL(ERR_INVALID, "something follows </OrgSettings>");
	*inout = after;
	return OK;
}
