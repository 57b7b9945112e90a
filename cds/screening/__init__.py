"""Screening on the spot: forms asked in the visit, scored as the rules score them, kept and counted."""
