# One image for every process of Slotkeeper; the command chooses which one it is.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements/runtime.txt /tmp/runtime.txt
RUN /opt/venv/bin/pip install --require-hashes -r /tmp/runtime.txt

FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin slotkeeper
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY domain/ domain/
COPY contracts/ contracts/
COPY db/ db/
COPY texts/ texts/
COPY activities/ activities/
COPY workflows/ workflows/
COPY delivery/ delivery/
COPY webhooks/ webhooks/
COPY telling/ telling/
COPY ocpp_gateway/ ocpp_gateway/
COPY api/ api/
COPY runtime/ runtime/
COPY worker.py ./
USER slotkeeper
STOPSIGNAL SIGTERM
CMD ["python", "worker.py"]
