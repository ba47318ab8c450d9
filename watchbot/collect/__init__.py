"""Asking sources politely and reading what they answer."""
