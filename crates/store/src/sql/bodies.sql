INSERT INTO body (digest, raw_bytes, compressed)
SELECT substr($3, b.value ->> 0, 32), b.value ->> 1, substr($2, b.value ->> 2, b.value ->> 3)
FROM json_each($9) AS b WHERE true
ON CONFLICT (digest) DO NOTHING;
