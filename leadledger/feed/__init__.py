"""What happened to permits and leads, in the order it was committed, for who keeps a copy."""
