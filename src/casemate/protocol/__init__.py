"""The words of Casemate: ids, limits, frames with their codecs, and what both sides must reckon alike. No state."""
