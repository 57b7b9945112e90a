"""Who needs more support, and which (building block 5)."""
