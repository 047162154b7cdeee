SELECT 4, case_no, arrival_no, NULL, NULL, NULL, NULL, NULL FROM counter
ORDER BY 1, 2, 8;
