# Installs what ./run and ./test need, and says what.  Sourced by both; expects $root.
#
# What is done once is remembered in a stamp in .venv (lock files, package lists, interpreter), so
# that the second start needs neither network nor apt.

say() { printf '%s\n' "$*" >&2; }

fail() { # an environment fault, told in one sentence
    say "$1"
    exit 3
}

package_list() { # names in the Debian lists of a purpose
    local lists=("$root/packaging/debian-run.txt")
    case $1 in
    cards) lists=("$root/packaging/debian-cards.txt") ;;
    test) lists+=("$root/packaging/debian-cards.txt" "$root/packaging/debian-test.txt") ;;
    esac
    sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "${lists[@]}"
}

fits() { # an interpreter that can make a virtual environment
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() { # the first interpreter that fits, the locked version before later ones
    local candidate
    for candidate in python3.11 /usr/bin/python3.11 python3 /usr/bin/python3 python3.12 python3.13; do
        if fits "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

as_root() { # without the lock's descriptor: a service that a package starts would hold it for good
    if [ "$(id -u)" = 0 ]; then
        "$@" 9>&-
    elif [ -t 0 ]; then
        sudo -- "$@" 9>&-
    else
        sudo -n -- "$@" 9>&-
    fi
}

may_be_root() {
    [ "$(id -u)" = 0 ] && return 0
    command -v sudo >/dev/null 2>&1 || return 1
    [ -t 0 ] || sudo -n true >/dev/null 2>&1
}

install_packages() { # Debian packages by name
    local drop_in=/etc/postgresql-common/createcluster.d/counter-tests.conf made=
    if ! may_be_root; then
        say "Debian packages are missing, and this account may not install them."
        fail "An administrator must run:  apt-get update && apt-get install -y --no-install-recommends $*"
    fi
    say "Installing Debian packages: $*"
    as_root apt-get -qq -o DPkg::Lock::Timeout=300 update >&2 ||
        fail "apt-get update failed: is the network there?"
    # The tests start a PostgreSQL of their own; the package need not leave one running on this machine.
    if [[ " $* " == *" postgresql "* ]] && [ ! -e /etc/postgresql-common ]; then
        as_root mkdir -p "${drop_in%/*}"
        echo "create_main_cluster = false" | as_root tee "$drop_in" >/dev/null
        made=yes
    fi
    local done=yes
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
        -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold install "$@" </dev/null >&2 || done=
    [ -z "$made" ] || as_root rm -f "$drop_in"
    [ -n "$done" ] || fail "apt-get install failed; its own words stand above."
}

system_packages() { # whatever of the lists dpkg does not have
    local missing=() name
    if ! command -v dpkg-query >/dev/null 2>&1; then
        say "This is no Debian: see to it that these or their like are there: $(package_list "$1" | xargs)"
        return 0
    fi
    for name in $(package_list "$1"); do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
    done
    if ! find_python >/dev/null; then
        missing+=(python3 python3-venv)
    fi
    # Node from elsewhere brings its own npm, and Debian's package of that name would not go beside it.
    if [ "$1" = test ] && ! { command -v node && command -v npm; } >/dev/null 2>&1; then
        missing+=(nodejs npm)
    fi
    [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
}

fingerprint() { # of everything that set-up depends on
    {
        package_list "$1"
        package_list cards
        cat "$root/requirements/$1.txt" "$root/requirements/cards.txt"
        [ "$1" != test ] || cat "$root/packaging/npm-test.txt"
        "$root/.venv/bin/python" -c 'import sys; print(sys.version, sys.prefix)'
    } 2>/dev/null | sha256sum | cut -d' ' -f1
}

npm_packages() { # those of npm-test.txt, in .venv/npm; what is there is not asked for again
    local name version hash place parts
    while read -r name version hash; do
        place="$root/.venv/npm/$name"
        [ "$(cat "$place/.hash" 2>/dev/null)" != "$hash" ] || continue
        say "Installing $name $version from npm"
        parts=$(mktemp -d)
        (cd "$parts" && npm pack --silent "$name@$version" </dev/null >/dev/null 2>&1) ||
            fail "npm could not fetch $name: is the network there?"
        [ "sha512-$(openssl dgst -sha512 -binary "$parts"/*.tgz | base64 -w0)" = "$hash" ] ||
            fail "$name $version from npm is not the package that was pinned."
        rm -rf "$place"
        mkdir -p "$place"
        tar -xzf "$parts"/*.tgz -C "$place" --strip-components=1 --no-same-owner
        echo "$hash" >"$place/.hash"
        rm -rf "$parts"
    done < <(grep -v -e '^#' -e '^$' "$root/packaging/npm-test.txt")
}

operator_cards() { # pyscard, built here; where that cannot be, the counter goes without, and this is said
    local why
    if ! (system_packages cards); then
        why="its Debian packages are not there"
    elif ! "$root/.venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check \
        --progress-bar off --require-hashes -r "$root/requirements/cards.txt" </dev/null >&2; then
        why="it could not be built"
    else
        return 0
    fi
    say "Operators' cards cannot be used on this machine: pyscard is missing, for $why."
    say "Everything else works. To try again once that is put right:  rm .venv/run.stamp, then ./run"
}

prepare() { # purpose: run or test
    local purpose=$1 stamp="$root/.venv/$1.stamp" python lazily=()
    if [ -x "$root/.venv/bin/python" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint "$purpose")" ]; then
        return 0
    fi
    mkdir -p "$root/.run"
    exec 9>"$root/.run/setup.lock"
    flock -w 1800 9 || fail "Another ./run or ./test has been setting up for half an hour: end it first."
    system_packages "$purpose"
    if ! "$root/.venv/bin/python" -m pip --version >/dev/null 2>&1; then
        python=$(find_python) || fail "No Python from 3.11 on with venv was found: install python3 and python3-venv."
        say "Making .venv with $python ($("$python" -V))"
        rm -rf "$root/.venv"
        "$python" -m venv "$root/.venv" || fail "The virtual environment could not be made in $root/.venv."
    fi
    say "Installing Python packages of requirements/$purpose.txt"
    # For ./run everything is compiled now, so that the first start does not wait for it.
    [ "$purpose" = run ] || lazily=(--no-compile)
    "$root/.venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check "${lazily[@]}" \
        --progress-bar off --require-hashes -r "$root/requirements/$purpose.txt" </dev/null >&2 ||
        fail "The Python packages could not be installed: is the network there?"
    if [ "$purpose" = test ]; then npm_packages; else operator_cards; fi
    fingerprint "$purpose" >"$stamp"
    exec 9>&-
    say "Set-up is done."
}
