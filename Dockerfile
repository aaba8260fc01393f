FROM rust:1.95-bookworm AS builder
WORKDIR /build
# jemalloc is built for pages of one size or smaller, and ARM has kernels with 4, 16 and 64 KiB.
RUN [ "$(uname -m)" != aarch64 ] \
    || printf '[env]\nJEMALLOC_SYS_WITH_LG_PAGE = "16"\n' > "$CARGO_HOME/config.toml"
# The dependencies in a layer of their own: it is made again only when they change.
COPY Cargo.toml Cargo.lock ./
RUN mkdir src \
    && echo 'fn main() {}' > src/main.rs \
    && touch src/lib.rs \
    && cargo build --locked --release \
    && rm -r src
COPY . .
# Cargo goes by the time of change, and files keep theirs when they are copied.
RUN touch src/main.rs src/lib.rs \
    && cargo build --locked --release --bin countersign

FROM debian:bookworm-slim
# The binary brings its own root certificates: nothing is installed here.
RUN groupadd --gid 10001 countersign \
    && useradd --uid 10001 --gid countersign --home-dir /data --no-create-home --shell /usr/sbin/nologin countersign \
    && install -d -o countersign -g countersign -m 0700 /data
COPY --from=builder /build/target/release/countersign /usr/local/bin/countersign
COPY LICENSE /usr/share/doc/countersign/LICENSE
COPY config.example.toml /usr/share/doc/countersign/config.example.toml

ENV COUNTERSIGN_STORE__PATH=/data
# By number, so that whoever starts it can see that it is not root.
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["countersign", "health"]
ENTRYPOINT ["countersign"]
CMD ["run"]
