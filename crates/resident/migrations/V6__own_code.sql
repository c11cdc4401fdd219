-- This device's own keypad code: what the hub last said of it, as JSON, and its digits, sealed under a key that rests
-- where the device's keys do.
CREATE TABLE own_code (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    body TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
