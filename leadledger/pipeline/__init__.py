"""What an account does with its leads: claims that move from new to won or lost, notes, tasks, and what came of it."""
