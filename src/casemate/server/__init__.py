"""The workspace server: accounts, directory, presence, signaling and the sealed mailbox. It never sees plaintext."""
