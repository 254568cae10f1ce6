"""The Django project: settings, addresses, the Celery app, and the stack of processes."""

from pushdoc_admin.celery import app as celery_app

__all__ = ["celery_app"]
