-- People are listed by the name one sees, and found whatever accents are typed: both columns are filled in by the
-- program, which does that for every row with an empty `sorted`.
ALTER TABLE accounts ADD COLUMN sorted TEXT NOT NULL DEFAULT '';
CREATE INDEX accounts_sorted ON accounts (sorted);
