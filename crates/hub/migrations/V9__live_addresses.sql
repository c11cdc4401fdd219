-- Where the door can be watched live on its own network, as the door says itself: a JSON list of address:port.
ALTER TABLE door ADD COLUMN live_addresses TEXT NOT NULL DEFAULT '[]';
