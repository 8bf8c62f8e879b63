"""Tyler EnerGov Citizen Self Service."""
