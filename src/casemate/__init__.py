"""Casemate: a self-hosted workspace where people talk with nobody in between."""

__version__ = "0.1.0"
"""Of this program: what is packed, said to people and told to devices comes from here."""
