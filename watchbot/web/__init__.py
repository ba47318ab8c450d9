"""The small ASGI application: subscription, archive, feeds, calendar, search, health."""
