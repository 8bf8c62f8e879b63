"""What test keys see: a database of its own, told from the pages in `archive/`, and nothing else."""
