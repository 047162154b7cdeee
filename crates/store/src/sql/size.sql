SELECT (SELECT count(*) FROM case_row WHERE case_no > 0),
    (SELECT coalesce(sum(length(lines)), 0) FROM entry),
    (SELECT coalesce(sum(length(compressed)), 0) FROM sealed),
    (SELECT coalesce(sum(length(compressed)), 0) FROM body),
    (SELECT freelist_count FROM pragma_freelist_count) * (SELECT page_size FROM pragma_page_size)
