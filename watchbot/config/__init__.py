"""Reading and validating a watch's folder and its environment; every error names file, table and key."""

from watchbot.config.watch import Watch, load_classifier_part, load_watch

__all__ = ["Watch", "load_classifier_part", "load_watch"]
