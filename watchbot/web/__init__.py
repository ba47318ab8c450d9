"""The small web app: subscription, search, archive, feeds, calendar, JSON, health. Works without JavaScript."""
