# The service as a container image: built from the hashed lock, run by a user who owns nothing but /data.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/gonogo
WORKDIR /src
COPY requirements.lock ./
RUN /opt/gonogo/bin/pip install --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY handlers handlers
COPY templates templates
RUN /opt/gonogo/bin/pip install --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home --home-dir /data gonogo
COPY --from=build /opt/gonogo /opt/gonogo
ENV PATH=/opt/gonogo/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 GONOGO_HOST=0.0.0.0 GONOGO_PORT=8080
# The default database is ./var/gonogo.db: mount a volume on /data to keep it.
WORKDIR /data
VOLUME /data
USER 10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=8s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['GONOGO_PORT'] + '/healthz', timeout=6)"]
ENTRYPOINT ["gonogo"]
CMD ["serve"]
