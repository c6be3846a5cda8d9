"""The web: the webhooks' one door, our own API, our pages, and whether we are well. Decides nothing and calls no vendor."""

from flask import Flask

from app import logs
from app.services import Services
from app.settings import Settings
from app.web import api, approvals, apps, errors, health, pages, webhooks


def create_app(settings: Settings | None = None, services: Services | None = None) -> Flask:
    """The WSGI application, on ``settings`` or those of the environment. Makes no connection yet."""
    settings = settings or Settings.load()
    logs.set_up(settings.log_level)
    services = services or Services(settings)
    app = Flask("app.web", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    app.register_blueprint(webhooks.blueprint(services))
    app.register_blueprint(api.blueprint(services))
    app.register_blueprint(approvals.blueprint(services))
    app.register_blueprint(apps.blueprint(services))
    app.register_blueprint(pages.blueprint(services))
    app.register_blueprint(health.blueprint(services))
    errors.register(app)
    return app
