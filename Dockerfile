# One image for every process; docker-compose.yml says which one runs. Wheels only: nothing is compiled, no package of the system is added.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements/base.txt requirements/base.txt
RUN python -m venv /venv && /venv/bin/python -m pip install --no-cache-dir --quiet --require-hashes -r requirements/base.txt

FROM python:3.13-slim
# The user who owns the clients' folders on the host: files have to be moved to the archive.
ARG UID=10001
ARG GID=10001
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=pushdoc_admin.settings
RUN groupadd --gid "$GID" --non-unique pushdoc \
    && useradd --uid "$UID" --gid "$GID" --non-unique --no-create-home --home-dir /data --shell /usr/sbin/nologin pushdoc \
    && install -d -o "$UID" -g "$GID" -m 0700 /data
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py ./
COPY pushdoc_admin pushdoc_admin
COPY templates templates
COPY static static
COPY connectors connectors
# The keys that the settings make here are thrown away: the real ones come from the environment.
RUN PUSHDOC_DATA=/tmp/build python manage.py collectstatic --noinput --verbosity 0 && rm -rf /tmp/build
ENV PUSHDOC_DATA=/data
USER $UID:$GID
EXPOSE 8000
CMD ["gunicorn", "pushdoc_admin.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
