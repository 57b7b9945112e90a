"""What operators see of the running app: readiness, metrics, logs, limits, and a check of the whole deployment."""
