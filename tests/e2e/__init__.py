"""Real processes and a real browser: few tests, each of a whole way through the product."""
