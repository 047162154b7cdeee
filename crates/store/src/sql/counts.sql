SELECT worker, status, count(*) FROM case_row WHERE status < 16 GROUP BY status, worker
UNION ALL
SELECT worker, status, count(*) FROM case_row WHERE closed_at >= $1 GROUP BY worker, status
ORDER BY 1, 2
