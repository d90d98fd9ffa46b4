#!/usr/bin/env bash
# Prints the folder of PostgreSQL's server programs (initdb, postgres), and installs them where they are missing and that is
# possible: with apt, as root. Exits with 1, and says why, where they are neither there nor to be had.
# Nothing is started, and no cluster is made: the tests make their own.
set -euo pipefail
source "$(dirname "$0")/debian.sh"

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

if find_programs; then exit 0; fi
[ -z "${THESEUS_POSTGRES:-}" ] || give_up "THESEUS_POSTGRES names '$THESEUS_POSTGRES', which has no initdb and postgres."

# Debian's package makes a cluster, unless it is told not to.
settings=/etc/postgresql-common/createcluster.conf
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null && [ ! -e "$settings" ]; then
  mkdir -p "$(dirname "$settings")"
  echo "create_main_cluster = false" >"$settings"
fi
install_debian "PostgreSQL's server" postgresql
find_programs || give_up "PostgreSQL's server was installed, but is not where it is looked for."
