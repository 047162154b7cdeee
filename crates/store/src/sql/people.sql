DELETE FROM pass WHERE hash IN (
    SELECT r.value ->> 1 FROM json_each($16) AS r WHERE r.value ->> 0 = 'ended');
DELETE FROM pass WHERE until <= (
    SELECT r.value ->> 1 FROM json_each($16) AS r WHERE r.value ->> 0 = 'now');
INSERT INTO person (who, name, mail, roles, password, added_at)
SELECT r.value ->> 1, r.value ->> 2, r.value ->> 3, r.value ->> 4, r.value ->> 5, r.value ->> 6
FROM json_each($16) AS r WHERE r.value ->> 0 = 'person'
ON CONFLICT (who) DO UPDATE SET name = excluded.name, mail = excluded.mail,
    roles = excluded.roles, password = excluded.password;
INSERT INTO pass (hash, who, is_link, proof, began_at, proved_at, seen_at, until)
SELECT r.value ->> 1, r.value ->> 2, r.value ->> 3, r.value ->> 4, r.value ->> 5, r.value ->> 6,
    r.value ->> 7, r.value ->> 8
FROM json_each($16) AS r WHERE r.value ->> 0 = 'pass';
DELETE FROM pass WHERE who IN (
    SELECT r.value ->> 1 FROM json_each($16) AS r WHERE r.value ->> 0 = 'removed');
DELETE FROM person WHERE who IN (
    SELECT r.value ->> 1 FROM json_each($16) AS r WHERE r.value ->> 0 = 'removed');
