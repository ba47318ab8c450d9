"""Text to vectors, vectors to calibrated topics, with reasons."""
