"""The Telegram bot: answers built by pure functions, carried by thin handlers."""
