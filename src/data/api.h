/* data/api.h - the surfaces that the data worker answers. web_call.app is a struct data_app.
 *
 * "/api/data/v9.x/...": the Web API. "/import/v1/{table}": bulk rows for the command line, on the operator's lane only. */
#ifndef DATA_API_H
#define DATA_API_H

#include "data/request.h"
#include "web/route.h"

extern const struct web_surface data_api_surface, data_import_surface;

/* --- what the dispatch (api.c) calls, by subject --- */

MUST_USE NONNULL err service_document(struct data_call *dc);
MUST_USE NONNULL err edm_document(struct data_call *dc);
MUST_USE NONNULL err function_who_am_i(struct data_call *dc);
MUST_USE NONNULL err function_current_organization(struct data_call *dc);
MUST_USE NONNULL err function_total_record_count(struct data_call *dc);
/* PreviewMatrixEnd: what switching matrix mode off would change (1.3). */
MUST_USE NONNULL err function_preview_matrix_end(struct data_call *dc);
/* EntityDefinitions and RelationshipDefinitions: any method and path below them. */
MUST_USE NONNULL err definitions_handle(struct data_call *dc);

/* Associations and bound actions of administration (4.11): roles, members. *out_found is false when the path is none of them. */
MUST_USE NONNULL err admin_action(struct data_call *dc, bool *out_found);

/* GrantAccess, ModifyAccess, RevokeAccess (1.8): the explicit share of a row with a user or team. */
MUST_USE NONNULL err share_grant(struct data_call *dc);
MUST_USE NONNULL err share_modify(struct data_call *dc);
MUST_USE NONNULL err share_revoke(struct data_call *dc);

/* Who may do what with a row, and why (data/access.c). access_function: the bound one; *out_found is false when the path is another. */
MUST_USE NONNULL err access_function(struct data_call *dc, bool *out_found);
MUST_USE NONNULL err function_shared_principals(struct data_call *dc);
MUST_USE NONNULL err function_access_origin(struct data_call *dc);
MUST_USE NONNULL err function_explain_access(struct data_call *dc);
MUST_USE NONNULL err function_who_can_access(struct data_call *dc);
MUST_USE NONNULL err function_what_can_access(struct data_call *dc);

/* ExportSolution, ImportSolution, DiffSolution (data/solution.h). */
MUST_USE NONNULL err solution_export(struct data_call *dc);
MUST_USE NONNULL err solution_import(struct data_call *dc);
MUST_USE NONNULL err solution_diff(struct data_call *dc);

/* $batch (4.4). */
MUST_USE NONNULL err batch_handle(struct data_call *dc);

/* Admits the caller and answers the request that data_call_begin has read. */
MUST_USE NONNULL err data_call_run(struct data_call *dc);
/* Fills dc from the request: root, preferences, options, path; not the caller. */
MUST_USE NONNULL err data_call_begin(struct data_call *dc, struct web_call *web, str version, str path);
/* Puts the refusal, if one was noted, into the audit log. Outside a transaction. */
NONNULL void data_call_denied(struct data_call *dc);
/* Answers the err and puts the refusal, if one was noted, into the audit log. */
NONNULL void data_call_fail(struct data_call *dc, err why);

#endif
