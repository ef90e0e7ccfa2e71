"""Who is told of what while they look at something else: docs/protocol/notifications.md."""
