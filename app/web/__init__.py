"""The web: the webhooks' one door, our own API, our pages, and whether we are well. Decides nothing and calls no vendor."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.process import prepared
from app.services import Services
from app.settings import Settings
from app.web import api, approvals, apps, errors, headers, health, metrics, pages, webhooks

PROCESS = "deskhand.process"
"""Where the application keeps the process that it runs in, for the server to begin and end it."""


def create_app(settings: Settings | None = None, services: Services | None = None) -> Flask:
    """The WSGI application, on ``settings`` or those of the environment. Makes no connection yet."""
    process = prepared("web", settings, services)
    services = process.services
    app = errors.Web("app.web", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = services.settings.max_body
    app.extensions[PROCESS] = process
    metrics.measure(app)
    app.register_blueprint(webhooks.blueprint(services))
    app.register_blueprint(api.blueprint(services))
    app.register_blueprint(approvals.blueprint(services))
    app.register_blueprint(apps.blueprint(services))
    app.register_blueprint(pages.blueprint(services))
    app.register_blueprint(health.blueprint(services))
    app.register_blueprint(metrics.blueprint(process))
    errors.register(app)
    headers.register(app, services.settings.public_url)
    if between := services.settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=between, x_proto=between)  # type: ignore[method-assign]
    return app
