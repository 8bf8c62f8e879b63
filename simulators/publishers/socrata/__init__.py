"""Socrata SODA 2.1, as upstreams were seen to behave."""
