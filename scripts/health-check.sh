#!/usr/bin/env bash
# Is LeadLedgerPro well? Frontend, backend, database, payments and every enabled source, in at most 15 seconds.
#
#   scripts/health-check.sh [--json]
#
# HEALTH_CHECK_SECONDS (10) is how long each answer is waited for; all are asked at once.
# Addresses: FRONTEND_URL and BACKEND_URL, else what `make up` started here, else 127.0.0.1 at 3000 and 8000.
# Exit codes: 0 all is well, 1 something is wrong, stale or unknown (it says what), 2 usage. A "warn" fails nothing:
# recorded rows that are old, or data that cannot be judged by its age. NO_COLOR is respected.
set -u

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
HOME_FOLDER=${LEADLEDGER_HOME:-$ROOT/.leadledger}
CHECKS="frontend backend database payments etl"
FORMAT=text
PATIENCE=${HEALTH_CHECK_SECONDS:-10}
WARNED=10 # what a check ends with that found nothing wrong, but something to know

usage() { sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

for argument in "$@"; do
  case $argument in
    --json) FORMAT=json ;;
    -h | --help) usage && exit 0 ;;
    *) printf 'health-check.sh: %s is not known here\n' "$argument" >&2 && usage >&2 && exit 2 ;;
  esac
done

# Port of a service that `make up` started: `recorded_port api 8000`
recorded_port() {
  local port=""
  [ -r "$HOME_FOLDER/run/$1.json" ] && port=$(sed -n 's/.*"port": *\([0-9]\{1,5\}\).*/\1/p' "$HOME_FOLDER/run/$1.json")
  printf '%s' "${port:-$2}"
}

find_python() {
  local python
  for python in "$ROOT/.venv/bin/python" python3 python; do
    command -v "$python" > /dev/null 2>&1 && command -v "$python" && return
  done
}

FRONTEND=${FRONTEND_URL:-http://127.0.0.1:$(recorded_port web 3000)}
BACKEND=${BACKEND_URL:-http://127.0.0.1:$(recorded_port api 8000)}
# The API knows a list of origins by the same name; the first one is the page.
FRONTEND=${FRONTEND%%,*}
FRONTEND=${FRONTEND%/} BACKEND=${BACKEND%/}
PYTHON=$(find_python)
WORK=$(mktemp -d "${TMPDIR:-/tmp}/health-check.XXXXXX") || exit 1
trap 'rm -rf "$WORK"' EXIT

# Is a field of a JSON answer exactly the word expected? Null, a number, HTML and a missing field are all wrong.
JUDGE_FIELD='
import json, pathlib, sys
field, expected, body, address = sys.argv[1:]
try:
    answer = json.loads(pathlib.Path(body).read_text(encoding="utf-8"))
except (OSError, ValueError):
    sys.exit(f"{address} answers, but not with JSON")
seen = answer.get(field) if isinstance(answer, dict) else None
if seen != expected:
    sys.exit(f"{address} says {field} = {json.dumps(seen)}, expected {json.dumps(expected)}")
print(f"{address} says {expected}")
'
# A backend older than payments does not speak of them: that is known, not well.
JUDGE_PAYMENTS='
import json, pathlib, sys
body, address, warned = sys.argv[1:]
words = {
    "ok": "all that Stripe told is worked off, and the books agree",
    "off": "nothing can be bought here",
    "waiting": "events of Stripe wait for more than five minutes: python -m leadledger billing events",
    "requests": "a request for a refund waits for more than two days: python -m leadledger refunds list",
    "differs": "our books and those of Stripe differ: python -m leadledger billing compare",
}
try:
    answer = json.loads(pathlib.Path(body).read_text(encoding="utf-8"))
except (OSError, ValueError):
    sys.exit(f"{address} answers, but not with JSON")
seen = answer.get("payments_status") if isinstance(answer, dict) else None
if isinstance(answer, dict) and "payments_status" not in answer:
    print(f"{address} does not speak of payments")
    sys.exit(int(warned))
if seen not in ["ok", "off"]:
    sys.exit(f"{address} says payments_status = {json.dumps(seen)}: " + words.get(str(seen), "it is not known how they are"))
print(words[seen])
'
# Is every enabled source well in the eyes of the helper?
JUDGE_ETL='
import json, subprocess, sys
command = [sys.executable, sys.argv[1], "list", "--json"]
try:
    told = subprocess.run(command, capture_output=True, text=True, timeout=int(sys.argv[3]) + 2)
except subprocess.TimeoutExpired:
    sys.exit(f"etl_state_helper.py does not answer within {int(sys.argv[3]) + 2} seconds")
if told.returncode != 0:
    sys.exit((told.stderr.splitlines() or [f"etl_state_helper.py ended with status {told.returncode}"])[-1])
seen = json.loads(told.stdout)
problems = [source["source"] + ": " + source["problem"] for source in seen["sources"] if source["problem"]]
if problems or seen["is_well"] is not True:
    sys.exit("; ".join(problems) or "no source is enabled")
fresh = [source for source in seen["sources"] if source["freshness"] == "fresh"]
count = "1 source is fresh" if len(fresh) == 1 else f"{len(fresh)} sources are fresh"
warnings = [source["source"] + ": " + source["warning"] for source in seen["sources"] if source["warning"]]
if warnings:
    print(f"{count}, {len(warnings)} not: " + "; ".join(warnings))
    sys.exit(int(sys.argv[2]))
print(f"{count} and without trouble")
'
REPORT='
import json, pathlib, sys
work, *names = sys.argv[1:]
checks = []
for name in names:
    verdict, _, detail = pathlib.Path(work, name).read_text(encoding="utf-8").partition("\n")
    checks.append({"name": name, "is_well": verdict != "FAILED", "verdict": verdict, "detail": detail.strip()})
print(json.dumps({"is_well": all(c["is_well"] for c in checks), "checks": checks}, indent=2))
'

# What the address answers goes to file $1, curl's own words ($2, a format) to standard output.
ask() {
  local direct=""
  case $3 in http://127.0.0.1* | http://localhost*) direct="--noproxy *" ;; esac
  set -f
  # shellcheck disable=SC2086
  curl -sS --connect-timeout 5 --max-time "$PATIENCE" $direct -o "$1" -w "$2" "${@:4}" "$3" 2> "$1.trouble"
}

check_frontend() {
  local seen status address type body="$WORK/frontend.body"
  seen=$(ask "$body" '%{http_code} %{url_effective} %{content_type}' "$FRONTEND/" -L --max-redirs 4) ||
    { echo "$FRONTEND does not answer: $(cat "$body.trouble")" && return 1; }
  read -r status address type <<< "$seen"
  [[ $status == 2?? ]] || { echo "$address answers $status" && return 1; }
  if grep -Eiq '/(log-?in|sign-?in|sso|auth)([/?#.-]|$)' <<< "$address"; then
    echo "$FRONTEND sends visitors to log in: $address" && return 1
  fi
  [[ $type == text/html* ]] || { echo "$address answers with ${type:-no type}, expected a page" && return 1; }
  echo "$address answers $status"
}

# What a JSON endpoint of the backend answers goes to file $1.
ask_backend() {
  local status
  status=$(ask "$1" '%{http_code}' "$2") || { echo "$2 does not answer: $(cat "$1.trouble")" && return 1; }
  [ "$status" = 200 ] || { echo "$2 answers $status, expected 200" && return 1; }
}

# One field of such an answer: `check_field backend /health status ok`
check_field() {
  local body="$WORK/$1.body" address="$BACKEND$2"
  ask_backend "$body" "$address" && "$PYTHON" -c "$JUDGE_FIELD" "$3" "$4" "$body" "$address" 2>&1
}

check_backend() { check_field backend /health status ok; }
check_database() { check_field database /api/supa-env-check database_status connected; }
check_payments() {
  local body="$WORK/payments.body" address="$BACKEND/api/supa-env-check"
  ask_backend "$body" "$address" && "$PYTHON" -c "$JUDGE_PAYMENTS" "$body" "$address" "$WARNED" 2>&1
}
check_etl() { "$PYTHON" -c "$JUDGE_ETL" "$ROOT/scripts/etl_state_helper.py" "$WARNED" "$PATIENCE" 2>&1; }

# Run one check and keep its verdict and, on one line, its words.
examine() {
  local detail verdict=ok
  detail=$("check_$1")
  case $? in 0) ;; "$WARNED") verdict=warn ;; *) verdict=FAILED ;; esac
  printf '%s\n%s\n' "$verdict" "$(tr -s '[:space:]' ' ' <<< "$detail")" > "$WORK/$1"
}

[[ $PATIENCE =~ ^[1-9][0-9]?$ ]] ||
  { printf 'health-check.sh: HEALTH_CHECK_SECONDS is %s, expected 1 to 99\n' "$PATIENCE" >&2 && exit 2; }
[ -n "$PYTHON" ] || { printf 'health-check.sh: no Python on the path and no .venv in %s\n' "$ROOT" >&2 && exit 1; }
command -v curl > /dev/null || { printf 'health-check.sh: curl is not on the path\n' >&2 && exit 1; }

for name in $CHECKS; do examine "$name" & done
wait

red="" green="" yellow="" plain=""
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] && red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'
code=0
for name in $CHECKS; do
  { read -r verdict && read -r detail; } < "$WORK/$name"
  case $verdict in ok) colour=$green ;; warn) colour=$yellow ;; *) colour=$red code=1 ;; esac
  [ $FORMAT = text ] && printf '%-9s %s%-6s%s  %s\n' "$name" "$colour" "$verdict" "$plain" "$detail"
done
[ $FORMAT = json ] && "$PYTHON" -c "$REPORT" "$WORK" $CHECKS
exit $code
