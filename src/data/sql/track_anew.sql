-- No link given out so far tells what has changed. A scan of a small table.
UPDATE tracked SET floor = (SELECT row_version FROM meta_state)
