#!/usr/bin/env bash
# Before a release: set-up, pages and tests in a fresh clone, with empty caches and a clean environment, and their times.
# Usage: tools/fresh_clone.sh [EMPTY_FOLDER]
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
folder=$(realpath "${1:-$(mktemp -d)}")
mkdir -p "$folder"
if [ -n "$(ls -A "$folder")" ]; then
  echo "$folder is not empty" >&2
  exit 2
fi
mkdir "$folder/home"
git clone --quiet "$source" "$folder/clone"
cd "$folder/clone"

# Keep of the caller's environment only what a network may need.
keep=()
while IFS='=' read -r name value; do
  case "$name" in
    http_proxy | https_proxy | no_proxy | HTTP_PROXY | HTTPS_PROXY | NO_PROXY | SSL_CERT_FILE | SSL_CERT_DIR | \
      REQUESTS_CA_BUNDLE | PIP_CERT | PIP_INDEX_URL | PIP_EXTRA_INDEX_URL | PIP_FIND_LINKS | PIP_CONFIG_FILE | \
      UV_DEFAULT_INDEX | UV_INDEX | UV_FIND_LINKS | UV_CONFIG_FILE | UV_SYSTEM_CERTS)
      keep+=("$name=$value") ;;
  esac
done < <(env)
clean() { env -i HOME="$folder/home" PATH="$PATH" LANG=C.UTF-8 ${keep[@]+"${keep[@]}"} "$@"; }

code=0
times=""
for command in setup run-all test; do
  began=$(date +%s)
  clean make "$command" || { code=1; echo "make $command failed" >&2; }
  times+="make $command: $(($(date +%s) - began)) s"$'\n'
done
printf '\n%s' "$times"
du -sh .venv
if [ -n "$(git status --porcelain)" ]; then
  echo "The commands changed files of the clone:" >&2
  git status --short >&2
  code=1
fi
exit "$code"
