"""The ways from device to device: directly, or through the relay."""
