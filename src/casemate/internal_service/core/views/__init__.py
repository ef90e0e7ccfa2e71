"""What our own UI is shown, and told of."""
