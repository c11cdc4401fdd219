-- What should be on film and is not.
ALTER TABLE entry ADD COLUMN unfilmed INTEGER NOT NULL DEFAULT 0;
-- Why the film is shorter than it should be.
ALTER TABLE clip ADD COLUMN shortfall TEXT;
