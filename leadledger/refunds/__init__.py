"""Credits given back: by evidence without being asked, and by a queue for what evidence cannot decide."""
