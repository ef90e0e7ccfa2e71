"""What a content means to people, and what a conversation looks like."""
