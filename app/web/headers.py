"""What every answer of ours carries, whoever made it and whatever went wrong. A page's own, stricter or wider, stand."""

from collections.abc import Mapping

from flask import Flask, Response, request

DEFAULTS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
"""For machines' answers and files: nothing in them runs, is framed, kept or taken for something else."""
A_YEAR = "max-age=31536000"


def register(app: Flask, public_url: str) -> None:
    """Put them on where nobody has put anything else."""
    over_tls = public_url.startswith("https://")

    @app.after_request
    def sealed(response: Response) -> Response:
        for name, value in DEFAULTS.items():
            response.headers.setdefault(name, value)
        if over_tls or request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", A_YEAR)
        return response
