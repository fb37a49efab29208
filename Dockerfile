# The service in a container. Settings, key, database and journal lie in the volume /data; config/README.md ("Real mail") says what to put there.
ARG BUILDER=rust:1-bookworm
ARG RUNTIME=debian:bookworm-slim

FROM ${BUILDER} AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpq-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# The system's libpq speaks TLS to PostgreSQL; the bundled one of the default build does not.
RUN cargo build --release --locked --no-default-features --features postgres-tls

FROM ${RUNTIME}
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libpq5 \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 demur \
 && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin demur \
 && install --directory --owner=demur --group=demur --mode=0700 /data
COPY LICENSE-APACHE LICENSE-MIT src/pdf/fonts/OFL.txt /usr/local/share/doc/demur/
COPY --from=build /src/target/release/demur /usr/local/bin/demur
USER 10001:10001
WORKDIR /data
VOLUME /data
# Set `server.listen = "0.0.0.0:8080"`: the loopback address of a container is reached by nobody outside it.
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["/usr/local/bin/demur", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/demur", "--config", "/data/demur.toml", "--data-dir", "/data"]
CMD ["serve"]
