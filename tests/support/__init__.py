"""What tests and benchmarks of real processes share: start them, stop them, talk to them."""
