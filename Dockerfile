# The gateway's image: the program, the certificates it trusts and the licences of everything in it; no
# shell, no libraries, no package manager.
#
#   docker build -t certql --build-arg VERSION=v1.2.3 --build-arg COMMIT="$(git rev-parse HEAD)" .
#
# deploy/image.sh builds only the last stage, from the program that deploy/build.sh builds on the machine:
# the same files, without pulling an image.

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=devel COMMIT=unknown TARGETARCH
RUN VERSION="$VERSION" COMMIT="$COMMIT" GOARCH="$TARGETARCH" deploy/build.sh /out

FROM scratch
COPY --from=build /out /
# Other containers reach the gateway by a name, which CERTQL_ALLOWED_HOSTS has to list.
ENV CERTQL_ADDR=:8080 CERTQL_ADMIN_ADDR=:8081
EXPOSE 8080 8081
USER 65532:65532
ENTRYPOINT ["/certql"]
