# The server and chat-cli in one image: built with the Swift toolchain, run without it.

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libhiredis-dev zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift Package.resolved* ./
COPY Sources Sources
# The manifest names these targets, so their folders have to be there; they are not built.
COPY Tests Tests
COPY Benchmarks Benchmarks
# What was built stays in the cache mount, so that the next image costs only what has changed.
RUN --mount=type=cache,id=swift-chat-packages,target=/root/.cache/org.swift.swiftpm,sharing=locked \
    --mount=type=cache,id=swift-chat-build,target=/build,sharing=locked \
    for product in ChatServer chat-cli; do \
        swift build --scratch-path /build --configuration release --static-swift-stdlib --product "$product" || exit 1; \
    done \
    && mkdir /out \
    && cp /build/release/ChatServer /build/release/chat-cli /out/ \
    && strip --strip-debug /out/ChatServer /out/chat-cli


FROM debian:bookworm-slim
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates libhiredis0.14 libstdc++6 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin chat
COPY --from=build /out/ /usr/local/bin/
COPY static /usr/local/share/chat/static
ENV LANG=C.UTF-8 \
    CHAT_HOST=0.0.0.0 \
    CHAT_STATIC=/usr/local/share/chat/static
USER 10001
EXPOSE 8080
# Ready means that a message goes through the broker and comes back.
HEALTHCHECK --interval=2s --timeout=6s --start-period=20s --retries=3 CMD ["ChatServer", "healthcheck"]
ENTRYPOINT ["ChatServer"]
