"""How guidance reaches people: the summary page, cards, the note text, referrals."""
