/* directory/entities.h - what of the directory can be read, property by property (identity 1.12). */
#ifndef DIRECTORY_ENTITIES_H
#define DIRECTORY_ENTITIES_H

#include "directory/graph.h"

extern const struct entity entity_user, entity_sku, entity_licence, entity_group, entity_application, entity_service_principal, entity_grant,
	entity_app_role_assignment, entity_role_assignment, entity_organization, entity_member, entity_method,
	entity_access_pass, entity_sku, entity_licence;

#endif
