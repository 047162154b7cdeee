DELETE FROM inbox WHERE (case_no, key) IN (
    SELECT t.value ->> 0, substr($3, t.value ->> 1, 16) FROM json_each($6) AS t);
