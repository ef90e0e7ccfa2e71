"""What every part stands on: who asks and who waits, what goes back with an undone event, events, effects and words."""
