-- How often what environments ask about people has changed.
SELECT n FROM person_epoch
