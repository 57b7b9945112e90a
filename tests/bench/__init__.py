"""Benchmarks: what the hot paths cost, as ratios to something simple taken in the same run."""
