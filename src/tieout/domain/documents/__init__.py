"""Business documents as every connector must present them, in the trade's words."""
