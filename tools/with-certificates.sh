#!/bin/sh
# Run a command that trusts the build's secret `certificates`, where one was given.
set -eu
given=/run/secrets/certificates
if [ -s "$given" ]; then
    export PIP_CERT="$given" SSL_CERT_FILE="$given" NODE_EXTRA_CA_CERTS="$given"
fi
exec "$@"
