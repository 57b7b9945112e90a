"""Responses are compressed for those who take it, whole or in pieces, and no form token stands twice the same."""

import gzip
import re
import zlib

import pytest
from flask import Response

from cds.compression import compressed
from launch.browser import form_token
from tests.cds.pages import APP

TEXT = "Opioid dose today: 90 MME/day. " * 60


def answered(response, encodings="gzip, br"):
    with APP.test_request_context(headers={"Accept-Encoding": encodings}):
        return compressed(response)


def test_a_page_is_sent_compressed_and_says_so():
    sent = answered(Response(TEXT, mimetype="text/html"))
    assert gzip.decompress(sent.get_data()).decode() == TEXT
    assert sent.headers["Content-Encoding"] == "gzip"
    assert sent.content_length == len(sent.get_data()) < len(TEXT) / 5
    assert sent.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("encodings", ["", "br", "gzip;q=0"])
def test_who_does_not_take_gzip_gets_none(encodings):
    sent = answered(Response(TEXT, mimetype="text/html"), encodings)
    assert sent.get_data(as_text=True) == TEXT
    assert sent.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "response",
    [
        Response("short", mimetype="text/html"),
        Response(TEXT, mimetype="application/pdf"),
        Response(TEXT, mimetype="text/html", headers={"Content-Encoding": "br"}),
        Response(status=304),
    ],
)
def test_what_gains_nothing_is_left_alone(response):
    before = response.get_data()
    assert answered(response).get_data() == before


def test_each_piece_can_be_read_as_soon_as_it_is_sent():
    parts = iter(["<p>first</p>" * 99, "<p>last</p>" * 99])
    pieces = answered(Response(parts, mimetype="text/html")).iter_encoded()
    unpacked = zlib.decompressobj(31)
    assert unpacked.decompress(next(pieces)).decode().endswith("first</p>")
    assert unpacked.decompress(b"".join(pieces)).decode().endswith("last</p>")
    assert unpacked.eof


def test_the_style_sheet_is_compressed_and_still_known_by_its_tag():
    client, headers = APP.test_client(), {"Accept-Encoding": "gzip"}
    with client.get("/static/previsit.css", headers=headers) as first:
        assert first.headers["Content-Encoding"] == "gzip"
        known = {"If-None-Match": first.headers["ETag"]}
    with client.get("/static/previsit.css", headers=headers | known) as again:
        assert again.status_code == 304


def test_no_form_token_stands_twice_the_same():
    """BREACH: a secret that never changes could be guessed from the size of compressed pages."""
    with APP.test_request_context():
        tokens = {form_token("h") for _ in range(20)}
    assert len(tokens) == 20
    assert all(re.fullmatch("[0-9a-f]{128}", token) for token in tokens)
    assert len({token[:4] for token in tokens}) > 10
