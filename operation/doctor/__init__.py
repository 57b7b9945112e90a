"""`previsit doctor`: a whole deployment looked at from its settings, and what to mend told one line each."""
