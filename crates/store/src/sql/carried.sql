UPDATE case_row SET
    entries = p.value ->> 1, head = substr($3, p.value ->> 2, 32), changed_at = p.value ->> 3,
    title = p.value ->> 4, party = p.value ->> 5, note = p.value ->> 6,
    spend_micro_usd = p.value ->> 7, ask = p.value ->> 8
FROM json_each($5) AS p WHERE case_row.case_no = p.value ->> 0;
