"""Answers that clinicians record in this app: declined, done elsewhere, a reminder, a referral's state."""
