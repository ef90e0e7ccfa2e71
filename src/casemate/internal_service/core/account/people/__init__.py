"""Who somebody is to us: asked, registered, connected, blocked, and under which names."""
