"""The words of Casemate: ids, frames, codecs, limits and versions. Data only."""
