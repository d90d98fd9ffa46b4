#!/usr/bin/env bash
# Prints definitions for RabbitMQ, for 'load_definitions' or 'rabbitmqctl import_definitions': the fleet's virtual host, a user
# for the control planes and one for each node, named like it, with the rights that each needs and no more.
# Usage: deploy/rabbitmq-definitions.sh FOLDER [VIRTUALHOST]
# The folder has a file with a password for each: rabbitmq-control, and rabbitmq-NODE for every node. Passwords are not in what
# is printed, only their salted hashes. Nothing is taken away: delete users that are gone by 'rabbitmqctl delete_user'.
set -euo pipefail
[ $# -ge 1 ] && [ -s "$1/rabbitmq-control" ] || { sed -n 's/^# \(Usage: .*\|The folder .*\)/\1/p' "$0" >&2; echo "There is no file '${1:-FOLDER}/rabbitmq-control'." >&2; exit 2; }
secrets=$1 vhost=${2:-theseus}

# As RabbitMQ keeps it: four bytes of salt, and SHA-256 of salt and password.
user() {
  local salt hash
  salt=$(od -An -N 2 -tx1 /dev/urandom | tr -d ' \n')
  hash=$(printf '%s%s' "$salt" "$(cat "$secrets/rabbitmq-$1")" | sha256sum | cut -d ' ' -f 1)
  hash=$( { printf '%s' "$salt"; printf "$(sed 's/../\\x&/g' <<<"$hash")"; } | base64 -w 0)
  echo "{\"name\":\"$1\",\"password_hash\":\"$hash\",\"hashing_algorithm\":\"rabbit_password_hashing_sha256\",\"tags\":\"\"}"
}

rights() { echo "{\"user\":\"$1\",\"vhost\":\"$vhost\",\"configure\":\"$2\",\"write\":\"$3\",\"read\":\"$4\"}"; }

users=$(user control)
permissions=$(rights control '^theseus\\..*$' '^(theseus\\..*|amq\\.default)$' '^theseus\\..*$')
for file in "$secrets"/rabbitmq-*; do
  node=${file##*/rabbitmq-}
  [ "$node" != control ] || continue
  [[ $node =~ ^[A-Za-z0-9_-]+$ ]] || { echo "'$node' has more than letters, digits, '_' and '-' in it. Such a node's rights are told by 'RabbitPermissions.OfNode'." >&2; exit 1; }
  own="^theseus\\\\.((tasks|assignments)\\\\.$node|process\\\\.$node\\\\.[^.]+)\$"
  users+=,$(user "$node")
  permissions+=,$(rights "$node" "$own" '^theseus\\.(reports|answers|set-aside)$' "$own")
done
echo "{\"vhosts\":[{\"name\":\"$vhost\"}],\"users\":[$users],\"permissions\":[$permissions]}"
