"""What a planned visit prepares (building block 4)."""
