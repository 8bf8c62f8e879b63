"""The product: an API over scored leads, and an identity provider for where there is no Supabase."""

VERSION = "0.1.0"
