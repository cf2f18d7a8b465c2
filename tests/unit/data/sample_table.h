/* A table for tests that need no database: two texts, a number, a decimal, a time, a boolean, a lookup, an owner, a day, choices. */
#ifndef TESTS_SAMPLE_TABLE_H
#define TESTS_SAMPLE_TABLE_H

#include "metadata/table.h"

#define TEXT_(s_) { s_, sizeof(s_) - 1 }
static const str sample_targets[] = { TEXT_("account") };
static const struct column sample_columns[] = {
	{ .index = 0, .type = TYPE_UNIQUEID, .flags = COLUMN_PRIMARY_ID | COLUMN_CREATABLE, .logical_name = TEXT_("new_caseid"), .sql = TEXT_("id") },
	{ .index = 1, .type = TYPE_STRING, .flags = COLUMN_PRIMARY_NAME | COLUMN_CREATABLE | COLUMN_UPDATABLE,
	  .logical_name = TEXT_("new_name"), .length_max = 10, .sql = TEXT_("c_1") },
	{ .index = 2, .type = TYPE_INTEGER, .logical_name = TEXT_("new_count"), .min = -5, .max = 1000, .sql = TEXT_("c_2") },
	{ .index = 3, .type = TYPE_MONEY, .logical_name = TEXT_("new_price"), .precision = 2, .min = -INT64_MAX, .max = INT64_MAX,
	  .sql = TEXT_("c_3") },
	{ .index = 4, .type = TYPE_DATETIME, .logical_name = TEXT_("new_when"), .sql = TEXT_("c_4") },
	{ .index = 5, .type = TYPE_BOOLEAN, .logical_name = TEXT_("new_done"), .sql = TEXT_("c_5") },
	{ .index = 6, .type = TYPE_LOOKUP, .logical_name = TEXT_("new_accountid"), .value_name = TEXT_("_new_accountid_value"),
	  .navigation = TEXT_("new_AccountId"), .targets = sample_targets, .target_count = 1, .sql = TEXT_("c_6") },
	{ .index = 7, .type = TYPE_MEMO, .logical_name = TEXT_("new_note"), .length_max = 2000, .sql = TEXT_("c_7") },
	{ .index = 8, .type = TYPE_DATE, .logical_name = TEXT_("new_day"), .sql = TEXT_("c_8") },
	{ .index = 9, .type = TYPE_CHOICES, .logical_name = TEXT_("new_colours"), .sql = TEXT_("c_9") },
};
static const struct table sample_table = {
	.ordinal = 64, .ownership = OWNERSHIP_USER, .class = CLASS_BUSINESS, .logical_name = TEXT_("new_case"),
	.schema_name = TEXT_("new_Case"), .entity_set = TEXT_("new_cases"), .sql = TEXT_("t_64"), .columns = sample_columns,
	.column_count = sizeof sample_columns / sizeof *sample_columns, .primary_id = &sample_columns[0],
	.primary_name = &sample_columns[1],
};

#endif
