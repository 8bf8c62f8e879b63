-- Which sessions ended lately is asked every few seconds.
create index sessions_revoked_at on identity.sessions (revoked_at) where revoked_at is not null;
