"""Builds the committed demo snapshot out of a folder of real records (run by hand; see snapshot/PROVENANCE.md)."""
