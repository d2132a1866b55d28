# The server: web, jobs and migrations from one image. The agent runs on stations, not here.
# BASE is an argument: any Debian with python3 >= 3.11 and python3-venv will do.
ARG BASE=python:3.12-slim-bookworm

FROM ${BASE} AS build
# The pages' assets are built beforehand by `make install` and copied in.
RUN python3 -m venv /opt/wutong
WORKDIR /src
COPY pyproject.toml setup.cfg constraints.txt README.md LICENSE ./
COPY app app
COPY migrations migrations
# Of the agent only its wire documents: what stations and server have agreed on.
COPY scale_agent/__init__.py scale_agent/
COPY scale_agent/wire scale_agent/wire
RUN /opt/wutong/bin/pip install --no-cache-dir --disable-pip-version-check \
    --constraint constraints.txt '.[server]'

FROM ${BASE}
RUN useradd --no-create-home --uid 10001 wutong \
    && install -d -o 10001 -g 10001 /var/lib/wutong
COPY --from=build /opt/wutong /opt/wutong
ENV WUTONG_HOME=/var/lib/wutong PATH=/opt/wutong/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /srv/wutong
VOLUME /var/lib/wutong
EXPOSE 8000
HEALTHCHECK --start-period=20s CMD ["python3", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"]
CMD ["wutong", "run", "--bind", "0.0.0.0:8000"]
