#!/usr/bin/env bash
# Writes what compose.yaml needs beside the passwords: PostgreSQL's for the control planes, and RabbitMQ's users and rights.
set -euo pipefail
cd "$(dirname "$0")/secrets"
umask 077
echo "postgres:5432:theseus:theseus:$(cat postgres)" >pgpass
../../rabbitmq-definitions.sh . >definitions.json
# RabbitMQ's user in its image reads this one; it has no password in it.
chmod 644 definitions.json
echo "Written. The other files are for the user of the images of .NET: chown 1654 secrets/pgpass secrets/rabbitmq-*"
