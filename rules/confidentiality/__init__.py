"""What may be shown to whom, and what has to be said with it."""
