"""What every answer tells a browser beside its own policy: to keep to https, and to lend no device."""

from flask import Flask, Response


def init_headers(app: Flask, public_url: str) -> None:
    if public_url.startswith("https:"):
        app.after_request(_keep_to_https)
    app.after_request(_forbid_devices)


def _keep_to_https(response: Response) -> Response:
    response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _forbid_devices(response: Response) -> Response:
    """The pages use none; what is put into them by whatever way shall have none either."""
    response.headers.setdefault(
        "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
    )
    return response
