"""Tests of the whole: simulated worlds, contracts, real processes, real browsers."""
