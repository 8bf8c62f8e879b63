"""The feed sent to addresses of customers: signed, in order of commits, until each was taken."""
