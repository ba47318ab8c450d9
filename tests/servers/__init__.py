"""Real servers on loopback for tests: ones that behave, and ones that do not."""
