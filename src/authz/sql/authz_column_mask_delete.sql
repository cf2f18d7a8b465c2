-- A column loses its mask, and nobody reads beneath one any more. ?1 key.
DELETE FROM attributemaskingrule WHERE key = ?1
