-- Views that nobody's link can name any more. ?1 time. Few rows: a scan.
DELETE FROM delta_view WHERE time < ?1
