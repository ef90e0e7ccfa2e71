"""What touches the machine: the only loop that waits, clock, entropy, database files, logs, signals."""
