-- Instances of a unit that goes. ?1 unit. A scan.
DELETE FROM principalrole WHERE unit = ?1
