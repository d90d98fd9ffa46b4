#!/usr/bin/env bash
# Makes in the folder 'secrets' what compose.yaml needs: passwords, where there are none yet, PostgreSQL's for the control
# planes, and RabbitMQ's users and rights. Passwords that are there stay as they are. May be run again, as for one more node.
# Usage: deploy/compose/prepare.sh [NODE]...
# For each NODE, and for node1, it makes a user of RabbitMQ.
set -euo pipefail
cd "$(dirname "$0")"
for node in "$@"; do
  [[ $node =~ ^[A-Za-z0-9_-]+$ ]] || { echo "A node's name has letters, digits, '_' and '-' alone; '$node' was given." >&2; exit 2; }
done
umask 077
mkdir -p secrets releases contracts
# What is in them is no secret, and is read by the containers' users.
chmod 755 releases contracts
cd secrets
for name in postgres rabbitmq-control rabbitmq-node1 "${@/#/rabbitmq-}"; do
  [ -s "$name" ] || od -An -N 24 -tx1 /dev/urandom | tr -d ' \n' >"$name"
  [ -r "$name" ] || { echo "'secrets/$name' cannot be read. Run this as root, or give the file back to yourself." >&2; exit 1; }
done
# Whole or not at all: a file that is half written would be mounted as it is.
write() {
  cat >"$1.new"
  mv -f "$1.new" "$1"
}
# ':' and '\' have a meaning there.
echo "postgres:5432:theseus:theseus:$(sed 's/[\\:]/\\&/g' postgres)" | write pgpass
../../rabbitmq-definitions.sh . | write definitions.json
# RabbitMQ's user in its image reads this one; it has no password in it.
chmod 644 definitions.json
if [ "$(id -u)" -eq 0 ]; then
  chown 1654 pgpass rabbitmq-*
  echo "Written, and readable for the user of the images of .NET (1654)."
else
  echo "Written. Now they are for the user of the images of .NET (1654): sudo chown 1654 deploy/compose/secrets/pgpass deploy/compose/secrets/rabbitmq-*"
fi
