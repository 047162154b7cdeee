SELECT c.entries, c.head,
    (SELECT group_concat(e.lines, '' ORDER BY e.first_seq) FROM entry AS e
     WHERE e.case_no = c.case_no AND e.first_seq >= coalesce(s.entries, 0)),
    s.dictionary, s.raw_bytes, s.compressed
FROM case_row AS c LEFT JOIN sealed AS s ON s.case_no = c.case_no
WHERE c.case_no = $1
