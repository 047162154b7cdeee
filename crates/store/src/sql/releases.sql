UPDATE case_row SET due_at = coalesce(
    (SELECT min(i.at) FROM inbox AS i
     WHERE i.case_no = case_row.case_no AND i.arrival_no > r.value ->> 2),
    r.value ->> 1)
FROM json_each($11) AS r WHERE case_row.case_no = r.value ->> 0;
