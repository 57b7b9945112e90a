"""How the app reaches other machines: which addresses it may connect to, and the one way it connects."""
