"""Contents to one device, exactly once and in order."""
