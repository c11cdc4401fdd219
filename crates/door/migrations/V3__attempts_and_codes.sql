-- Holders that keep being denied: their wait survives a restart.
CREATE TABLE denied_holders (
    holder BLOB    PRIMARY KEY CHECK (length(holder) = 32),
    times  INTEGER NOT NULL CHECK (times >= 1)
) STRICT;

-- How often codes were denied at the keypad.
CREATE TABLE keypad (
    only   INTEGER PRIMARY KEY CHECK (only = 1),
    denied INTEGER NOT NULL CHECK (denied >= 0)
) STRICT;
INSERT INTO keypad (only, denied) VALUES (1, 0);

-- Single-use codes that opened this door. A row begins in the transaction of its entry's record.
CREATE TABLE used_codes (
    code_grant BLOB    PRIMARY KEY CHECK (length(code_grant) = 16),
    entry_seq  INTEGER NOT NULL
) STRICT;
