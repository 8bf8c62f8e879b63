"""Requests of the people whom permits name: to be forgotten, or to have their home left alone."""
