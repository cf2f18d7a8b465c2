-- The built-in user of the operator's lane. One row. Index: systemuser_operator.
SELECT key FROM systemuser WHERE operator = 1
