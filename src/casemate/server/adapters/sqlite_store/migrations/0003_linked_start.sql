-- The start that last had this device's link, whatever its count; empty: none since this column is there.
ALTER TABLE devices ADD COLUMN linked_start BLOB NOT NULL DEFAULT x'';
