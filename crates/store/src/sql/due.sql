SELECT c.case_no, c.worker, c.version, c.status,
    (SELECT group_concat(e.lines, '' ORDER BY e.first_seq) FROM entry AS e
     WHERE e.case_no = c.case_no),
    (SELECT group_concat(i.signal, char(10) ORDER BY i.arrival_no) FROM inbox AS i
     WHERE i.case_no = c.case_no),
    (SELECT max(i.arrival_no) FROM inbox AS i WHERE i.case_no = c.case_no), c.entries
FROM (
