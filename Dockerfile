# The app for a clinic. Pin the base by its digest where your registry shows it: FROM python:...@sha256:...
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv /opt/previsit
COPY requirements.lock ./
RUN /opt/previsit/bin/python -m pip install --no-cache-dir --require-hashes --only-binary :all: --requirement requirements.lock
COPY . ./
# Editable, so that templates and static files stay beside app.py; the same place in both stages.
RUN /opt/previsit/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation --editable .
RUN /opt/previsit/bin/python -m pip uninstall --yes --quiet setuptools
RUN /opt/previsit/bin/python -m compileall -q /app /opt/previsit/lib

FROM python:${PYTHON}
RUN groupadd --system --gid 10001 previsit
RUN useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin previsit
COPY --from=build /opt/previsit /opt/previsit
COPY --from=build /app /app
ENV PATH=/opt/previsit/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
WORKDIR /app
# By number: an orchestrator that forbids root cannot look a name up.
USER 10001:10001
EXPOSE 8000
# urlopen raises, and so fails, for anything but 200.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=5)"]
ENTRYPOINT ["previsit"]
CMD ["serve", "--bind", "0.0.0.0:8000", "--workers", "2"]
