"""Permits back out of a CSV file: a daily archive of ours, or a publisher's own file.

What a file holds is compared with the store first; then all of it is written in one transaction, or nothing. What the
store knows of a later time is never replaced.
"""
