"""Tracking: normalise a version, compare it with the last, say what changed and whether it matters."""
