-- The household's passes as the hub told of them last, as JSON. `place` orders them; those that it names no more have none,
-- and are kept for what past entries are called. `shown` is the code and link of an open pass that this device made.
CREATE TABLE passes (
    id TEXT PRIMARY KEY,
    place INTEGER,
    body TEXT NOT NULL,
    shown TEXT
) STRICT;
