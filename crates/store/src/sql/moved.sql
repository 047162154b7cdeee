UPDATE case_row SET status = m.value ->> 1, closed_at = m.value ->> 2,
    due_at = CASE
        WHEN m.value ->> 2 IS NOT NULL THEN NULL
        WHEN m.value ->> 3 THEN coalesce(
            (SELECT min(i.at) FROM inbox AS i WHERE i.case_no = case_row.case_no), m.value ->> 4)
        ELSE due_at END
FROM json_each($7) AS m WHERE case_row.case_no = m.value ->> 0;
