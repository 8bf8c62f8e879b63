"""The embedded identity provider: enough of GoTrue for the unmodified Supabase clients; off where SUPABASE_URL is set.

Source: supabase/auth (openapi.yaml, internal/api) for paths, bodies, codes and messages.
"""
