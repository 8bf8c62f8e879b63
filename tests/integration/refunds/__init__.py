"""Refunds on a real database: what proves them, what does not, and what people decide."""
