"""watchbot: a regulatory and sector watch ("veille") that collects, tracks, classifies, digests and answers."""

__version__ = "0.1.0"
