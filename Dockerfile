# The image of pith: bin/ as make build leaves it, on a base that has glibc and
# libstdc++ but no shell. docs/deploy.md tells how to build, pin and run it.

# The compiler of go.mod, on the Debian of the base: a newer glibc than the base's
# would link and then not start.
ARG BUILD=golang:1.26.8-trixie
ARG BASE=gcr.io/distroless/cc-debian13:nonroot

FROM ${BUILD} AS build
# pip fetches ONNX Runtime, cargo builds libtokenizers.a where its release archive
# cannot be reached. The Debian release fixes their versions.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends cargo python3-pip \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src

# The native parts, from the few files that say what they are: a change to pith's
# own code does not get here.
ARG PITH_NATIVE_FROM=any
COPY go.mod go.sum ./
COPY scripts/native.sh scripts/
COPY scripts/native scripts/native
RUN --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cargo/registry \
    scripts/native.sh

# The sources come without .git, so the version is told. The folder is pith's home.
COPY . .
ARG VERSION=
RUN --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    make build ${VERSION:+"VERSION=$VERSION"} && mkdir -p /out/home bin/share

FROM ${BASE}
# The parts that change least come first, so that an upgrade moves the program alone.
COPY --from=build /src/bin/lib /opt/pith/lib
COPY --from=build /src/bin/models /opt/pith/models
COPY --from=build /src/bin/share /opt/pith/share
COPY --from=build /src/bin/licenses /opt/pith/licenses
COPY --from=build --chown=65532:65532 /out/home /var/lib/pith
COPY --from=build /src/bin/pith /opt/pith/pith

# All addresses of the container; the admin listener stays on its loopback.
ENV PITH_LISTEN=0.0.0.0:8484 PITH_HOME=/var/lib/pith
EXPOSE 8484
USER 65532:65532
WORKDIR /var/lib/pith
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 CMD ["/opt/pith/pith", "health"]
ENTRYPOINT ["/opt/pith/pith"]
CMD ["serve"]

ARG BASE
ARG VERSION=
LABEL org.opencontainers.image.title="pith" \
      org.opencontainers.image.description="Smaller prompts, same answers" \
      org.opencontainers.image.source="https://github.com/pith-proxy/pith" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.base.name="${BASE}"
