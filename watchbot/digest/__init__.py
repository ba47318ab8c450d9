"""Digests: composed as pure values, rendered in every form from one object, delivered once."""
