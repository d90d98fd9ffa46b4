#!/usr/bin/env bash
# Prints the folder of RabbitMQ's programs (rabbitmq-server, rabbitmqctl), and installs them where they are missing and that is
# possible: with apt, as root. Exits with 1, and says why, where they are neither there nor to be had.
# Nothing is started: the tests and eng/fleet start their own.
set -euo pipefail

find_programs() {
  local folder
  if [ -n "${THESEUS_RABBITMQ:-}" ]; then
    [ -x "$THESEUS_RABBITMQ/rabbitmq-server" ] && [ -x "$THESEUS_RABBITMQ/rabbitmqctl" ] && echo "$THESEUS_RABBITMQ"
    return
  fi
  # Not what Debian has on the path: that insists on a user of its own.
  for folder in /usr/lib/rabbitmq/bin $(ls -d /usr/lib/rabbitmq/lib/*/sbin /opt/rabbitmq/sbin 2>/dev/null | sort -rV) ${PATH//:/ }; do
    if [ -x "$folder/rabbitmq-server" ] && [ -x "$folder/rabbitmqctl" ]; then
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
[ -z "${THESEUS_RABBITMQ:-}" ] || give_up "THESEUS_RABBITMQ names '$THESEUS_RABBITMQ', which has no rabbitmq-server and rabbitmqctl."
command -v apt-get >/dev/null || give_up "RabbitMQ is not here, and there is no apt to install it with."
[ "$(id -u)" -eq 0 ] || give_up "RabbitMQ is not here, and only root can install it: apt-get install rabbitmq-server"

# Debian's package starts it, unless it is told not to.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
log=$(mktemp)
# A machine without a network is to find out within a minute or two, and not to wait for each mirror in turn.
net=(-o Acquire::http::Timeout=15 -o Acquire::https::Timeout=15 -o Acquire::Retries=1)
install() { DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y --no-install-recommends "${net[@]}" -o Dpkg::Options::=--force-confold rabbitmq-server </dev/null; }
if ! { install || { timeout 120 apt-get update "${net[@]}" && install; }; } >"$log" 2>&1; then
  tail -5 "$log" >&2
  rm -f "$log"
  give_up "RabbitMQ could not be installed."
fi
rm -f "$log"
find_programs || give_up "RabbitMQ was installed, but is not where it is looked for."
