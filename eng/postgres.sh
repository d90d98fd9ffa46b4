#!/usr/bin/env bash
# Prints the folder of PostgreSQL's server programs (initdb, postgres), and installs them where they are missing and that is
# possible: with apt, as root. Exits with 1, and says why, where they are neither there nor to be had.
# Nothing is started, and no cluster is made: the tests make their own.
set -euo pipefail

find_programs() {
  local folder
  if [ -n "${THESEUS_POSTGRES:-}" ]; then
    [ -x "$THESEUS_POSTGRES/initdb" ] && [ -x "$THESEUS_POSTGRES/postgres" ] && echo "$THESEUS_POSTGRES"
    return
  fi
  for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) ${PATH//:/ }; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
      echo "$folder"
      return
    fi
  done
  return 1
}

give_up() {
  echo "$1" >&2
  exit 1
}

if find_programs; then exit 0; fi
[ -z "${THESEUS_POSTGRES:-}" ] || give_up "THESEUS_POSTGRES names '$THESEUS_POSTGRES', which has no initdb and postgres."
command -v apt-get >/dev/null || give_up "PostgreSQL's server is not here, and there is no apt to install it with."
[ "$(id -u)" -eq 0 ] || give_up "PostgreSQL's server is not here, and only root can install it: apt-get install postgresql"

# Debian's package makes a cluster and starts it, unless it is told not to.
settings=/etc/postgresql-common/createcluster.conf
if [ ! -e "$settings" ]; then
  mkdir -p "$(dirname "$settings")"
  echo "create_main_cluster = false" >"$settings"
fi
log=$(mktemp)
# A machine without a network is to find out within a minute or two, and not to wait for each mirror in turn.
net=(-o Acquire::http::Timeout=15 -o Acquire::https::Timeout=15 -o Acquire::Retries=1)
install() { DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y --no-install-recommends "${net[@]}" -o Dpkg::Options::=--force-confold postgresql </dev/null; }
if ! { install || { timeout 120 apt-get update "${net[@]}" && install; }; } >"$log" 2>&1; then
  tail -5 "$log" >&2
  rm -f "$log"
  give_up "PostgreSQL's server could not be installed."
fi
rm -f "$log"
find_programs || give_up "PostgreSQL's server was installed, but is not where it is looked for."
