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
COPY Examples Examples
# What was built stays in the cache mount, so that the next image costs only what has changed.
RUN --mount=type=cache,id=swift-chat-packages,target=/root/.cache/org.swift.swiftpm,sharing=locked \
    --mount=type=cache,id=swift-chat-build,target=/build,sharing=locked \
    for product in ChatServer chat-cli; do \
        swift build --scratch-path /build --configuration release --static-swift-stdlib \
            -Xswiftc -enforce-exclusivity=unchecked --product "$product" || exit 1; \
    done \
    && mkdir /out \
    && cp /build/release/ChatServer /build/release/chat-cli /out/ \
    && strip --strip-debug /out/ChatServer /out/chat-cli


# The files of the image: the programs, the libraries that they load, and what name service and TLS read.
FROM debian:bookworm-slim AS files
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates libhiredis0.14 libstdc++6 zlib1g \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/ /usr/local/bin/
# A library is copied as the file behind its link, to the path at which the loader looks for it.
RUN mkdir -p /image/etc/ssl/certs /image/usr/lib/locale \
    && ldd /usr/local/bin/ChatServer /usr/local/bin/chat-cli | grep -oE '/[^ ]*\.so[^ ]*' | sort -u >/libraries \
    && xargs -a /libraries cp --dereference --parents --target-directory=/image \
    && cp --parents --target-directory=/image /usr/local/bin/ChatServer /usr/local/bin/chat-cli \
    && cp -r /usr/lib/locale/C.utf8 /image/usr/lib/locale/ \
    && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
    && echo 'chat:x:10001:10001::/nonexistent:/nonexistent' >/image/etc/passwd \
    && echo 'chat:x:10001:' >/image/etc/group \
    && echo 'hosts: files dns' >/image/etc/nsswitch.conf
COPY static /image/usr/local/share/chat/static


# Neither a shell nor a package manager nor another user: what somebody finds there who should not be there is two programs.
FROM scratch
COPY --from=files /image /
ENV PATH=/usr/local/bin \
    LANG=C.UTF-8 \
    CHAT_HOST=0.0.0.0 \
    CHAT_STATIC=/usr/local/share/chat/static
USER 10001:10001
EXPOSE 8080
# Ready means that a message goes through the broker and comes back.
HEALTHCHECK --interval=2s --timeout=6s --start-period=20s --retries=3 CMD ["ChatServer", "healthcheck"]
ENTRYPOINT ["ChatServer"]
