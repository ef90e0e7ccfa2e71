"""Casemate: a self-hosted workspace where people talk with nobody in between."""
