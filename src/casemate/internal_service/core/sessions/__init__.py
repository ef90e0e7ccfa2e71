"""Who is signed in on this computer, and how that begins and ends."""
