"""The addresses under /v1."""
