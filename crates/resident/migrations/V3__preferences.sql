-- What the person chose on this device, as JSON.
CREATE TABLE preferences (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    body TEXT NOT NULL
) STRICT;
