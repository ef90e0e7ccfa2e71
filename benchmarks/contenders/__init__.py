"""Other ways to carry much data between two processes on one machine, each with a sender and a receiver."""
