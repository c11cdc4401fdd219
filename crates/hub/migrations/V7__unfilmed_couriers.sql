-- What becomes of couriers whom nobody would film.
ALTER TABLE door ADD COLUMN unfilmed TEXT NOT NULL DEFAULT 'flag';
