"""The pages a customer sees: checkout, portal, invoice."""
