-- How many columns have the rule. ?1 key. One row. Index: attributemaskingrule_rule.
SELECT count(*) FROM attributemaskingrule WHERE rule = ?1
