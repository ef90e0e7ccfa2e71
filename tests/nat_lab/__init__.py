"""A laboratory of small internets: the real product in several networks, with real routers between them."""
