-- The building's secrets that codes are hashed with, as the hub gave them.
CREATE TABLE code_keys (
    id     BLOB PRIMARY KEY CHECK (length(id) = 8),
    secret BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT;
