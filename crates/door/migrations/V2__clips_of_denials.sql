-- Whether the clip shows somebody who was turned away: such clips give way first.
ALTER TABLE clips ADD COLUMN denied INTEGER NOT NULL DEFAULT 0 CHECK (denied IN (0, 1));
