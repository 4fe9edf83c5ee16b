"""`celery -A notifier worker`: the app under the name where Celery looks for it."""

from __future__ import annotations

from notifier.tasks import configure, load

app = configure(load())
