-- The building's newest signed bundle, for doors without a network.
CREATE TABLE carried_bundle (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

-- Sealed records of doors, until the hub has them. Only the hub can read them.
CREATE TABLE carried_records (
    door TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (door, first_seq)
) STRICT;

-- How far the hub has a door's records.
CREATE TABLE carried_doors (
    door TEXT PRIMARY KEY,
    durable_seq INTEGER NOT NULL
) STRICT;
