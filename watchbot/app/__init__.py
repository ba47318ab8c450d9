"""Wires the stages together; nothing else knows two stages."""
