DELETE FROM entry WHERE entry_no IN (
    SELECT e.entry_no FROM sealed AS s JOIN entry AS e
        ON e.case_no = s.case_no AND e.first_seq < s.entries
    WHERE s.case_no IN (SELECT case_no FROM entry))
