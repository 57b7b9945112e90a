"""Settings from the environment, checked at start."""
