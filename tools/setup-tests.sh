#!/bin/sh
# What the suite needs beyond Python packages: a browser, AVR tools, PostgreSQL.
set -eu
cd "$(dirname "$0")/.."
tools/setup-dev.sh

packages="gcc libc6-dev simavr libsimavr-dev arduino-core-avr gcc-avr avr-libc avrdude stm32flash libelf-dev strace chromium fonts-noto-cjk postgresql"
[ -f /etc/debian_version ] || { echo "The whole suite runs on Debian. Elsewhere install: $packages" >&2; exit 0; }
if [ -f /etc/lsb-release ]; then
    # Ubuntu's chromium package is a snap that cannot run here; Playwright brings its own.
    packages=$(echo "$packages" | sed 's/ chromium / /')
    .venv/bin/python -m playwright install chromium
fi
missing=""
for package in $packages; do
    dpkg -s "$package" 2>/dev/null | grep -q '^Status: install ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
line="apt-get update && apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" -ne 0 ]; then
    echo "The suite needs more packages. Run as root:  $line" >&2
    exit 3
fi
echo "Installing$missing ..."
export DEBIAN_FRONTEND=noninteractive
sh -c "$line" > .venv/apt.log 2>&1 || { tail -20 .venv/apt.log >&2; exit 3; }
