"""The application: every part wired together, nothing decided here."""


def main() -> int:
    raise SystemExit("not wired yet")
