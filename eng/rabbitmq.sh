#!/usr/bin/env bash
# Prints the folder of RabbitMQ's programs (rabbitmq-server, rabbitmqctl), and installs them where they are missing and that is
# possible: with apt, as root. Exits with 1, and says why, where they are neither there nor to be had.
# Nothing is started: the tests and eng/fleet start their own.
set -euo pipefail
source "$(dirname "$0")/debian.sh"

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

if find_programs; then exit 0; fi
[ -z "${THESEUS_RABBITMQ:-}" ] || give_up "THESEUS_RABBITMQ names '$THESEUS_RABBITMQ', which has no rabbitmq-server and rabbitmqctl."
install_debian RabbitMQ rabbitmq-server
find_programs || give_up "RabbitMQ was installed, but is not where it is looked for."
