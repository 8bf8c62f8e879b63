"""Billing against the simulated Stripe, on a real database."""
