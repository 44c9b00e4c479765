# The service, built and run on the same Debian. What is installed to run it is what the program was linked with.
FROM debian:13-slim AS build
WORKDIR /src
COPY scripts/install-dependencies scripts/
RUN scripts/install-dependencies build
COPY . .
RUN cmake --preset release -DTWEESTAP_TESTS=OFF && cmake --build build/release --target tweestap
# Names of shared libraries' packages change with each Debian; the linker knows the files, and dpkg whose they are.
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
RUN ldd build/release/bin/tweestap | awk '$2 == "=>" { print $3 }' | xargs realpath \
    | while read -r library; do dpkg -S "*/${library##*/}"; done | cut -d: -f1 | sort -u >/runtime-packages \
    && test -s /runtime-packages

FROM debian:13-slim
COPY --from=build /runtime-packages /usr/share/tweestap/runtime-packages
RUN apt-get update \
    && xargs apt-get install --yes --no-install-recommends ca-certificates </usr/share/tweestap/runtime-packages \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin tweestap \
    && install -d -m 0700 -o tweestap -g tweestap /var/lib/tweestap
COPY --from=build /src/build/release/bin/tweestap /usr/local/bin/tweestap
# By number: an orchestrator that wants no root can see that this is none.
USER 10001
# A library that is missing after all ends the build here, and not the first start somewhere else.
RUN ["/usr/local/bin/tweestap", "--version"]
VOLUME /var/lib/tweestap
EXPOSE 8080 8081
ENTRYPOINT ["/usr/local/bin/tweestap"]
CMD ["serve", "--admin-key-file", "/var/lib/tweestap/admin-key"]
