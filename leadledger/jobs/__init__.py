"""What happens by itself: a schedule and a queue (Procrastinate) that start the commands an operator would type."""
