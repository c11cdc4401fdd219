-- Couriers who came in since this device belongs to the building, and which of their deliveries this person has
-- collected: known to this device only. The cursor is that of the activity.
CREATE TABLE deliveries (
    entry_id INTEGER PRIMARY KEY,
    cursor INTEGER NOT NULL,
    door TEXT NOT NULL,
    collected_ms INTEGER
) STRICT;

CREATE INDEX deliveries_waiting ON deliveries (cursor) WHERE collected_ms IS NULL;

CREATE INDEX deliveries_at_door ON deliveries (door, cursor);

INSERT INTO deliveries (entry_id, cursor, door)
SELECT entry_id, cursor, json_extract(body, '$.door') FROM activity
WHERE entry_id IS NOT NULL
  AND json_extract(body, '$.class') = 'courier'
  AND json_extract(body, '$.outcome.kind') = 'entered';
