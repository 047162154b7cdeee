SELECT 0, i.case_no, i.at, i.key, i.signal, c.worker, c.version, i.arrival_no
FROM json_each($7) AS m JOIN inbox AS i ON i.case_no = m.value ->> 0
    JOIN case_row AS c ON c.case_no = i.case_no
WHERE m.value ->> 2 IS NOT NULL
