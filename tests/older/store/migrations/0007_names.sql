-- Our own signed names, and whether the server has confirmed that it keeps them.
ALTER TABLE profile ADD COLUMN names BLOB NOT NULL DEFAULT x'';
ALTER TABLE profile ADD COLUMN names_kept INTEGER NOT NULL DEFAULT 0;

-- The newest names that a peer has signed; empty: its names are the server's word.
ALTER TABLE peers ADD COLUMN names BLOB NOT NULL DEFAULT x'';

-- Another account (its id) whose username this one has, or almost has; empty: nobody else's.
ALTER TABLE peers ADD COLUMN namesake BLOB NOT NULL DEFAULT x'';
