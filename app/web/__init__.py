"""The HTTP door: webhooks, health, pages."""
