"""CKAN portals: the Action API of a datastore, and packages whose resources are files."""
