/* data/edm_messages.h - functions and actions in $metadata (authorization-and-data 4.5, 4.6): what the tables do not say. */
#ifndef DATA_EDM_MESSAGES_H
#define DATA_EDM_MESSAGES_H

/* Types, functions and actions, behind the entity types. */
extern const char edm_messages[];
/* Imports of the unbound ones, and the end of the document. */
extern const char edm_imports[];

#endif
