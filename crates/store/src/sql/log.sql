INSERT INTO log (first_index, leaves)
SELECT coalesce(
    (SELECT first_index + length(leaves) / 32 FROM log ORDER BY first_index DESC LIMIT 1), 0), $17;
