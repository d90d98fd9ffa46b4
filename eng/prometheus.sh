#!/usr/bin/env bash
# Prints the path of Prometheus' program, and installs it where it is missing and that is possible: with apt, as root. Exits with
# 1, and says why, where it is neither there nor to be had.
# Nothing is started: the tests start their own.
set -euo pipefail
source "$(dirname "$0")/debian.sh"

find_program() {
  if [ -n "${THESEUS_PROMETHEUS:-}" ]; then
    [ -x "$THESEUS_PROMETHEUS" ] && echo "$THESEUS_PROMETHEUS"
    return
  fi
  command -v prometheus
}

if find_program; then exit 0; fi
[ -z "${THESEUS_PROMETHEUS:-}" ] || give_up "THESEUS_PROMETHEUS names '$THESEUS_PROMETHEUS', which is no program."
install_debian Prometheus prometheus
find_program || give_up "Prometheus was installed, but is not where it is looked for."
