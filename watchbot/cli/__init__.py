"""The command line: thin commands over `watchbot.app`. Heavy modules load only in the command that needs them."""

from watchbot.cli.main import main

__all__ = ["main"]
