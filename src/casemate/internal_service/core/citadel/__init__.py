"""What the base API asks, for clients that know nothing of views."""
