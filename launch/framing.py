"""Which EHR's pages may show ours in a frame: that of the launch at hand, and no other's."""

from __future__ import annotations

from flask import g

from launch.issuers import IssuerRegistration
from launch.parts import parts


def show_within(registration: IssuerRegistration) -> None:
    """From here on this request is about a launch from this EHR."""
    g.frame_ancestors = registration.frame_ancestors


def frame_ancestors() -> str:
    """For the header. Pages that are about no launch, and so hold no chart, may be shown by any registered EHR."""
    known: tuple[str, ...] | None = g.get("frame_ancestors")
    if known is None:
        known = tuple(sorted({one for issuer in parts().config.issuers for one in issuer.frame_ancestors}))
    return " ".join(["'self'", *known])
