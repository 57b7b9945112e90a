"""A synthetic cohort drawn from known truth, and the rules scored against that truth."""
