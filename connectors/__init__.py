"""PushDoc admin: one Django app."""
