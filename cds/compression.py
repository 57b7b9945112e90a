"""Responses as small as the network allows: gzip, piece by piece where a page is sent while it is made."""

import gzip
import zlib
from collections.abc import Iterable, Iterator

from flask import Response, request

_SMALLEST = 600  # bytes; below this the header costs more than it saves
_KINDS = ("text/", "image/svg+xml", "application/json", "application/problem+json")
_LEVEL = 6


def compressed(response: Response) -> Response:
    """The same response for a browser that takes gzip. Form tokens are masked anew in each (BREACH)."""
    if not response.mimetype.startswith(_KINDS) or response.status_code in (204, 206, 304):
        return response
    response.vary.add("Accept-Encoding")
    if "Content-Encoding" in response.headers or not request.accept_encodings["gzip"]:
        return response
    if response.is_streamed and not response.direct_passthrough:
        response.response = _in_pieces(response.response)
        response.headers.pop("Content-Length", None)
        response.headers["Content-Encoding"] = "gzip"
        return response
    return _as_a_whole(response)


def _as_a_whole(response: Response) -> Response:
    response.direct_passthrough = False  # a file is read here and not handed to the server
    content = response.get_data()
    if len(content) < _SMALLEST:
        return response
    # mtime: the same content gives the same bytes
    response.set_data(gzip.compress(content, _LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    if tag := response.get_etag()[0]:
        response.set_etag(tag, weak=True)
    return response


def _in_pieces(parts: Iterable[str] | Iterable[bytes]) -> Iterator[bytes]:
    """Each piece can be shown as soon as it is there."""
    packed = zlib.compressobj(_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    try:
        for part in parts:
            content = part.encode() if isinstance(part, str) else part
            yield packed.compress(content) + packed.flush(zlib.Z_SYNC_FLUSH)
        yield packed.flush()
    finally:
        if close := getattr(parts, "close", None):
            close()
