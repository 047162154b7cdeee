DELETE FROM entry WHERE entry_no IN (
    SELECT e.entry_no FROM json_each($1) AS j JOIN sealed AS s ON s.case_no = j.value
        JOIN entry AS e ON e.case_no = s.case_no AND e.first_seq < s.entries)
