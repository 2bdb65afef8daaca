-- How often the key of playback tokens was changed, from when on the newest one signs, and until when the one before is published.
ALTER TABLE store ADD COLUMN playback_rotation INTEGER NOT NULL DEFAULT 0 CHECK (playback_rotation >= 0);
ALTER TABLE store ADD COLUMN playback_signs_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE store ADD COLUMN playback_old_until INTEGER NOT NULL DEFAULT 0;
