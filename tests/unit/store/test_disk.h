/* A disk in memory, as a VFS to put under the sealing one: it can lose power at its Nth operation and it can be full.
 * What was not synced when the power went is kept, dropped or torn at 512-octet sectors, each write by the dice. */
#ifndef TEST_DISK_H
#define TEST_DISK_H

#include <stddef.h>
#include <stdint.h>

#define TEST_DISK_NAME "test-disk"

/* Registers the VFS on the first call; empties the disk. */
void disk_reset(uint64_t seed);
/* Power fails at the nth write, truncation or sync from now (0: never). `at_cut` is called at that moment. */
void disk_cut_after(uint64_t operations, void (*at_cut)(void *self), void *self);
int disk_is_off(void);
/* What a restarted machine finds. */
void disk_power_on(void);
/* The sum of all files' sizes that fits; SIZE_MAX: no bound. */
void disk_capacity(size_t octets);
size_t disk_used(void);
uint64_t disk_random(void);

#endif
