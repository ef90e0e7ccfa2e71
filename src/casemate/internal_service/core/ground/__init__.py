"""What every part stands on: requests and their answers, what goes back with an undone event, words, and the ports."""
