"""The account's link with its server, and what is asked over it."""
