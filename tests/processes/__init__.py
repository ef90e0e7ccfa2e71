"""Real processes, without a browser: how they start, stop, fail and die."""
