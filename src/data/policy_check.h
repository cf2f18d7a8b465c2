/* data/policy_check.h - row policies and their constraints, when they are saved: does the text fit the tables, and does an index lead to what it
 * asks (authorization-and-data 2.6)?
 *
 * Index:   asked of the planner (EXPLAIN QUERY PLAN), which is kept as `explanation`:
 *          `row`: the condition on one row. It must enter every other table by an index.
 *          `rows`: the rows of the primary table that pass. Where the policy constrains further tables, an index must lead to them: one on the
 *          columns compared, or those by which the query reaches other tables.
 *          Refused otherwise, unless `forced` (of the policy, or of the constraint). A policy on its own table alone that compares columns
 *          needs no index: the row is at hand when it is asked, and nothing else is read. */
#ifndef DATA_POLICY_CHECK_H
#define DATA_POLICY_CHECK_H

#include "data/body.h"

/* The body of a row policy or of a constraint to be (`stored` nil), or of a change of a stored one. *out_explanation: null `at` when the body
 * changes nothing of it. Who may not set policies is refused by authz, later: nothing is told here. */
MUST_USE NONNULL err policy_check(struct data_call *dc, const struct body *b, const struct uuid *stored, str *out_explanation);
MUST_USE NONNULL err policy_constraint_check(struct data_call *dc, const struct body *b, const struct uuid *stored, str *out_explanation);

#endif
