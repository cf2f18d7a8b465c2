/* data/external_policy.h - policies of external resource types: conditions on a question, where rows have none (6.1).
 *
 * Grammar: that of $filter - and, or, not, ( ), eq ne gt ge lt le, contains startswith endswith, limits as there - over properties
 *          instead of columns, and `in`:
 *              test    = operand op operand | operand "in" "(" literal, ... ")" | operand "in" path | like "(" operand "," operand ")"
 *              operand = literal | path
 *              path    = ("subject" | "resource") "/" ("type" | "id" | "properties" "/" names) | "action" "/" ("name" | "properties"
 *                        "/" names) | "context" "/" names                                names = name ("/" name)*
 *              literal = text in single quotes | JSON number | true | false | null
 * Meaning: three-valued, and only what is true allows. What is missing, and a comparison of two different types, is neither true nor
 *          false, behind `not` too: a property that is left out opens nothing. The exception is null: `x eq null` is true when x is
 *          missing or null, `x ne null` when it is there. Text is compared octet by octet, numbers exactly. `x in y` with a path
 *          asks for an element of an array.
 * Total:   whatever the question, there is an answer, and no way to disk, clock or socket.
 * Owns:    nothing; the tree lives in the arena. */
#ifndef DATA_EXTERNAL_POLICY_H
#define DATA_EXTERNAL_POLICY_H

#include "codec/json_read.h"
#include "data/odata_query.h"

enum { PROPERTY_NAMES_MAX = 8 };

/* A subject or resource of a question. A property is looked for in what the request says, then in what is stored. */
struct external_entity {
	str type, id;                     /* null `at`: not given */
	const struct json *said, *stored; /* objects, or null     */
};

struct external_question {
	struct external_entity subject, resource;
	str action;
	const struct json *action_properties, *context; /* objects, or null */
};

/* 400, and the problem names the position. */
MUST_USE NONNULL err external_policy_parse(str text, struct arena *arena, struct problem *problem, const struct filter **out);
/* A tree of external_policy_parse. */
MUST_USE NONNULL bool external_policy_allows(const struct filter *policy, const struct external_question *q);

#endif
