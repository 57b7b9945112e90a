"""Where a fault that nobody foresaw arose, in words that are safe to log: never what was being read."""


def place_of(problem: BaseException) -> str:
    """Such as "OverflowError at rules.trend.change:47"; the fault's own message may quote the chart."""
    place = problem.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None:
        return f"{type(problem).__name__} at an unknown place"
    frame = place.tb_frame
    module = frame.f_globals.get("__name__", "template")
    return f"{type(problem).__name__} at {module}.{frame.f_code.co_name}:{place.tb_lineno}"
