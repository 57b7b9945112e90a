"""The guidance: clinical recommendations as pure functions of a chart and the clinic's policy."""
