"""The relay: passes datagrams between endpoints that cannot reach each other directly, or not yet."""
