SELECT 1, k.value ->> 0, s.case_no, NULL, NULL, NULL, NULL, NULL FROM json_each($13) AS k
    JOIN signal AS s ON s.key = substr($3, k.value ->> 1, 16)
UNION ALL
SELECT 2, t.value ->> 0, c.case_no, t.value ->> 1, NULL, NULL, NULL, NULL
FROM json_each($14) AS t JOIN signal AS s ON s.key = substr($3, t.value ->> 2, 16)
    JOIN case_row AS c ON c.case_no = s.case_no
WHERE c.worker = t.value ->> 3 AND c.status < 16
UNION ALL
SELECT 2, t.value ->> 0, c.case_no, t.value ->> 1, NULL, NULL, NULL, NULL
FROM json_each($14) AS t JOIN alias AS l ON l.key = substr($3, t.value ->> 2, 16)
    JOIN case_row AS c ON c.case_no = l.case_no
WHERE c.worker = t.value ->> 3 AND c.status < 16
UNION ALL
SELECT 3, d.value ->> 0, c.case_no, NULL, NULL, NULL, NULL, NULL FROM json_each($15) AS d
    JOIN case_row AS c ON c.case_no = d.value ->> 1
