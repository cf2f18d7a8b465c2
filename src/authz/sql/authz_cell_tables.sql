-- Tables of which a cell is shared. A scan of few rows.
SELECT DISTINCT tbl FROM cellshare
