"""The parts of others that the app is made of: their licences, their list, and what is known against them."""
