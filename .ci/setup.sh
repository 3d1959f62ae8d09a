# The steps that ./run, ./test, .ci/run and the container share. Sourced from the top folder, after `set -euo pipefail`.

PY=.venv/bin/python

say() { printf '• %s\n' "$*"; }

stop() {
    printf '✗ %s\n' "$*" >&2
    exit 1
}

# Prints what stands at the top of a script, and does nothing else, where it is asked for that: answer_help SCRIPT "$@".
answer_help() {
    case "${2:-}" in
    -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$1" && exit ;;
    esac
}

# Installs Debian packages, or says in one line what somebody else should do.
debian() {
    local as_root=() how="apt-get update && apt-get install $*"
    if [ "$(id -u)" != 0 ]; then
        # Without a terminal nobody can type a password.
        if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
            as_root=(sudo)
        else
            stop "Have an administrator do this, and begin again: $how"
        fi
    fi
    command -v apt-get >/dev/null || stop "Install what Debian calls so, and begin again: $*"
    say "Installing with apt-get: $*"
    local output
    output=$({
        "${as_root[@]}" apt-get update -qq &&
            "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@"
    } 2>&1 </dev/null) || {
        printf '%s\n' "$output" >&2
        stop "apt-get failed. Do this by hand, and begin again: $how"
    }
}

# An attempt that broke off may leave a .venv without pip.
has_venv() { "$PY" -c 'import pip' 2>/dev/null; }

# Pango and HarfBuzz draw the PDF, zoneinfo gives the clock, ensurepip makes the virtual environment.
system_packages() {
    command -v python3 >/dev/null || stop "Install Python 3.11 or newer first."
    local missing
    missing=$(
        python3 - "$(has_venv || echo no venv)" <<'CODE'
import ctypes, importlib.util, sys, zoneinfo

if sys.version_info < (3, 11):
    sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ".")
missing = []
if sys.platform == "linux":
    libraries = {
        "libpango-1.0-0": "libpango-1.0.so.0",
        "libpangoft2-1.0-0": "libpangoft2-1.0.so.0",
        "libharfbuzz-subset0": "libharfbuzz-subset.so.0",
    }
    for package, library in libraries.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
try:
    zoneinfo.ZoneInfo("Europe/Brussels")
except zoneinfo.ZoneInfoNotFoundError:
    missing.append("tzdata")
if sys.argv[1] == "no venv" and not importlib.util.find_spec("ensurepip"):
    missing.append("python3-venv")
print(*missing)
CODE
    ) || exit 1
    # shellcheck disable=SC2086
    [ -z "$missing" ] || debian $missing
}

# What people write in other scripts, and their emoji, as PDFs print it; each package by a sign that it has. Without them
# the app works, and says on its pages which signs a PDF can't print.
font_packages() {
    local missing=()
    has_font() { [ -n "$(fc-list ":charset=$1" family 2>/dev/null)" ]; }
    has_font 12a0 || missing+=(fonts-noto-core)
    has_font 1fae0 || missing+=(fonts-noto-color-emoji)
    # Not the first of them, which a font that comes with Ghostscript has too, and few others.
    has_font acf5 || missing+=(fonts-wqy-microhei)
    [ ${#missing[@]} = 0 ] || (debian "${missing[@]}") || say "Without these fonts PDFs can't show every sign"
}

# Playwright brings a Node of its own, which needs libatomic and finds no Chromium but this one: the engine without a
# window, its address bar and what stands ready beside each page, which together took half of a page's time.
browser_packages() {
    local missing=()
    command -v chromium-headless-shell >/dev/null || missing+=(chromium-headless-shell)
    python3 -c 'import ctypes; ctypes.CDLL("libatomic.so.1")' 2>/dev/null || missing+=(libatomic1)
    [ ${#missing[@]} = 0 ] || debian "${missing[@]}"
}

# Closes backups, and opens them.
backup_packages() { command -v age >/dev/null || debian age; }

# Makes .venv hold what the lock file says. A stamp keeps the second time quick.
packages() {
    local lock=$1 stamp=.venv/installed
    if ! has_venv; then
        say "Making a virtual environment (.venv)"
        python3 -m venv --clear .venv
    fi
    if ! grep -qsF "$(sha256sum "$lock")" "$stamp"; then
        say "Installing the packages of $lock"
        "$PY" -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r "$lock"
        # What the tests need includes what the app needs, in the same versions; .ci/run compares them.
        sha256sum requirements.txt >"$stamp"
        [ "$lock" = requirements.txt ] || sha256sum "$lock" >>"$stamp"
    fi
}

# A virtual environment at $1 with what the lock files after it say, and nothing else.
locked_packages() {
    local folder=$1 lock locks=()
    shift
    for lock in "$@"; do locks+=(-r "$lock"); done
    .venv/bin/uv venv -q --python "$PY" "$folder"
    .venv/bin/uv pip install -q --system-certs --python "$folder" --no-deps --require-hashes "${locks[@]}"
}

# What looks at packages and the compose file from outside. Not among the tests: openpyxl would read by another library
# than in production.
release_tools() { locked_packages "$1" requirements-release.txt; }

# Fonts and static files, as production serves them. Compressing takes seconds, so only when a source is newer.
assets() {
    local stamp=var/collected
    "$PY" manage.py build_fonts
    if [ ! -e "$stamp" ] || [ -n "$(find static var/fonts samenwerking/settings.py .venv/installed -newer "$stamp" -print -quit)" ]; then
        say "Preparing static files"
        # With the hashed names of production, also where DEBUG is on.
        touch "$stamp.new"
        DEBUG=false "$PY" manage.py collectstatic --noinput --verbosity 0
        mv "$stamp.new" "$stamp"
    fi
}

database() {
    # Answers and the keys to them: not for who else has an account on this machine.
    chmod 700 var
    say "Bringing database and content up to date"
    "$PY" manage.py migrate --verbosity 0
    "$PY" manage.py createcachetable --verbosity 0
    "$PY" manage.py load_checklist
    "$PY" manage.py write_totals
}

# Settings that leave out whatever .env says. Only DATABASE_URL is the caller's to choose.
test_environment() {
    export SECRET_KEY=for-tests-only-bSk3vXw9QpLm72RzTdYc5HnGf8JaEu4WqKx61
    export SECRET_KEY_FALLBACKS= PLAIN_HTTP=true DEBUG=false BEHIND_PROXY=false ALLOWED_HOSTS=127.0.0.1,localhost
    export RETENTION_DAYS=90 REMIND_DAYS=7 FOLD_MONTHS=24 ACTIVITY_DAYS=365 WEB_THREADS=24 SITE_URL= READY_TOKEN= BACKUP_DIR= BACKUP_KEEP_DAYS=14 BACKUP_RECIPIENT= METRICS_TOKEN= LOG_LEVEL=INFO LOG_FORMAT=line REGISTRATION=open SIGNAL_LABEL=region CACHE_URL=dbcache://cache EMAIL_URL=consolemail://
    export OWNER_NAME= OWNER_LOGO= OWNER_CONTACT= CONTROLLER= LEGAL_GROUND= PRIVACY_EMAIL= DATA_PROTECTION_OFFICER= COMPLAINT_AUTHORITY= COMPLAINT_URL= ACCESSIBILITY_CONTACT= ACCESSIBILITY_AUTHORITY= ACCESSIBILITY_URL= SECURITY_CONTACT=
    export DATABASE_URL=${DATABASE_URL:-sqlite://:memory:}
    # Each process of the tests, and each that they start, would compile everything anew.
    unset PYTHONDONTWRITEBYTECODE
}
