-- Where a device's system is woken, and what for only it can read.
CREATE TABLE push (
    device BLOB PRIMARY KEY REFERENCES device,
    endpoint TEXT NOT NULL,
    p256dh BLOB NOT NULL,
    auth BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The last event for which devices were woken; none before the operator turned that on.
CREATE TABLE push_progress (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    event INTEGER NOT NULL
) STRICT;
