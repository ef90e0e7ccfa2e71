"""What our own UI asks."""
