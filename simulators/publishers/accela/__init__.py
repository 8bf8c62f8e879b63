"""Accela Citizen Access: WebForms pages with a session, a list in pages, and reports as workbooks."""
