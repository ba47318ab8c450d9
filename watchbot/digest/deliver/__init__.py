"""Delivery: the outbox emptied by real SMTP and the Bot API, each message once."""
