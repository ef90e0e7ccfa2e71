"""Tests of the simulator itself: its disks, its network, and that every checker can fail."""
