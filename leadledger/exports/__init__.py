"""Files of what the search shows, made by the worker and fetched when they are there."""
