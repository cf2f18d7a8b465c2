/* tests/attack/attack.h - what an attacker would try who runs code inside a data worker. Only the isolation tests' program has it.
 *
 *   POST /attack/v1/{attempt}   {"path":..,"pid":..,"tenant":..,"issuer":..,"log":..,"octets":hex}   as the attempt needs
 *   200 {"result":n,"errno":"EACCES","answer":".."}    result -1: the kernel refused; answer: the kind of the keeper's answer
 * Attempts that the system-call filter punishes never answer. */
#ifndef TESTS_ATTACK_H
#define TESTS_ATTACK_H

#include "proc/worker.h"

extern const struct web_surface attack_surface;
/* The process that the attempts are made from. */
NONNULL void attack_from(struct worker *worker);

#endif
