-- What the list is filtered and searched by, taken from the body. Where `words` is empty the app fills all of it in at its next start.
ALTER TABLE activity ADD COLUMN door TEXT;
-- A class of visitors, or `own`; empty for what nobody did.
ALTER TABLE activity ADD COLUMN who TEXT;
ALTER TABLE activity ADD COLUMN delivery INTEGER NOT NULL DEFAULT 0;
-- The carrier, the driver and the name on the grant, folded.
ALTER TABLE activity ADD COLUMN words TEXT;

-- Each ends with the row's cursor, so a page of it needs no sorting.
CREATE INDEX activity_door ON activity (door);
CREATE INDEX activity_who ON activity (who) WHERE who IS NOT NULL;
CREATE INDEX activity_delivery ON activity (delivery) WHERE delivery = 1;
CREATE INDEX activity_without_facets ON activity (cursor) WHERE words IS NULL;
