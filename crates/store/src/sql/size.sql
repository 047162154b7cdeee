SELECT (SELECT count(*) FROM case_row WHERE case_no > 0),
    (SELECT coalesce(sum(length(e.lines)), 0) FROM entry AS e WHERE NOT EXISTS (
        SELECT 1 FROM sealed AS s WHERE s.case_no = e.case_no AND e.first_seq < s.entries)),
    (SELECT coalesce(sum(length(compressed)), 0) FROM sealed),
    (SELECT coalesce(sum(length(compressed)), 0) FROM body),
    (SELECT freelist_count FROM pragma_freelist_count) * (SELECT page_size FROM pragma_page_size)
