-- Gives the next ordinal out; ordinals are never used again. One row.
UPDATE meta_state SET next_ordinal = next_ordinal + 1 WHERE one = 1 RETURNING next_ordinal - 1
