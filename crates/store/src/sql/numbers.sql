SELECT 4, case_no, arrival_no FROM counter;
