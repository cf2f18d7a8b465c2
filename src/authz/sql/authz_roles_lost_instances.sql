-- ... and their ids there are gone. ?1 units of the subtree ?2 units above the new place.
DELETE FROM roleinstance WHERE unit IN (SELECT value FROM i64_array(?1)) AND role IN (
	SELECT key FROM role WHERE unit NOT IN (SELECT value FROM i64_array(?1)) AND unit NOT IN (SELECT value FROM i64_array(?2)))
