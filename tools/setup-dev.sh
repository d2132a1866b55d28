#!/bin/sh
# Tools that check and test, at the versions in constraints.txt.
set -eu
cd "$(dirname "$0")/.."
stamp=.venv/developed
wanted=$(cat setup.cfg constraints.txt tools/setup-dev.sh | cksum)
[ "$(cat $stamp 2>/dev/null)" = "$wanted" ] && exit 0
echo "Installing the developer's tools ..."
if .venv/bin/python -c 'import uv' 2>/dev/null; then
    .venv/bin/python -m uv pip install --quiet --python .venv/bin/python --constraint constraints.txt --editable '.[server,agent,dev]'
else
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[server,agent,dev]'
fi
echo "$wanted" > $stamp
