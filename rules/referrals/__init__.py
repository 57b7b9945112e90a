"""Connecting people to care elsewhere, and seeing that it arrived."""
