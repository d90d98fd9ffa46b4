# PostgreSQL and RabbitMQ for eng/fleet: each in the fleet's folder, as another user where we are root, which they refuse to be.

vhost=theseus

# port_for NAME ATTEMPT: the port that it had when it ran last, so that those who know it find it there again; else a free one.
port_for() {
  local file=$folder/$1-port
  if [ "$2" -gt 1 ] || [ ! -s "$file" ]; then free_port >"$file"; fi
  cat "$file"
}

as_server() {
  if [ "$(id -u)" -eq 0 ]; then
    # Becomes the program, whose id is then the one that we get.
    set -- setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$@"
  fi
  printf '%s\0' "$@"
}

# own FOLDER: for the servers' user, who has to get there too.
own() {
  [ "$(id -u)" -eq 0 ] || return 0
  local above
  chown -R nobody:nogroup "$1"
  # Through the fleet's own folder, not into it; what lies above is not ours to change.
  chmod 711 "$folder"
  above=$1
  setpriv --reuid=nobody --regid=nogroup --clear-groups -- test -w "$above" ||
    fail "PostgreSQL and RabbitMQ do not run as root, and the user 'nobody' cannot reach '$above'. Name a folder that others can reach: --folder /var/tmp/fleet"
}

# Where ended processes are not taken note of at once (in containers, often), PostgreSQL takes one that was killed for one that runs,
# and does not start. It gets time to be gone; a lock of one that never will be is taken away when nobody works in its folder.
forget_killed_postgres() {
  local cluster=$1 id place until=$((SECONDS + 10))
  [ -s "$cluster/postmaster.pid" ] || return 0
  id=$(head -n 1 "$cluster/postmaster.pid")
  while kill -0 "$id" 2>/dev/null && [ -z "$(began "$id")" ]; do
    if [ $SECONDS -ge $until ]; then
      for place in /proc/[0-9]*/cwd; do
        [ "$(readlink "$place" 2>/dev/null)" != "$cluster" ] || return 0
      done
      rm -f "$cluster/postmaster.pid"
      return
    fi
    sleep 0.1
  done
}

start_postgres() {
  local programs data=$folder/postgres log=$folder/logs/postgres.log port attempt command
  programs=$("$root/eng/postgres.sh")
  if is_running postgres; then
    postgres_port=$(address_of postgres)
    postgres_port=${postgres_port##*:}
    return
  fi
  if [ ! -e "$data/made" ]; then
    rm -rf "$data"
    mkdir "$data"
    cp "$(secret postgres-admin)" "$data/password"
    printf '%s\n' "CREATE ROLE theseus LOGIN PASSWORD '$(cat "$(secret postgres)")'" "CREATE DATABASE theseus OWNER theseus ENCODING 'UTF8'" "REVOKE ALL ON DATABASE theseus FROM PUBLIC" >"$data/statements"
    own "$data"
    mapfile -d '' command < <(as_server "$programs/initdb" -D "$data/cluster" -U postgres -A scram-sha-256 --pwfile="$data/password" -E UTF8 --locale=C --no-instructions)
    (cd / && "${command[@]}") >"$log" 2>&1 || fail "PostgreSQL's cluster could not be made." "$log"
    mapfile -d '' command < <(as_server "$programs/postgres" --single -D "$data/cluster" postgres)
    (cd / && "${command[@]}" <"$data/statements") >"$log" 2>&1 && ! grep -qE 'ERROR|FATAL' "$log" || fail "PostgreSQL's database could not be made." "$log"
    rm -f "$data/password" "$data/statements"
    touch "$data/made"
  fi
  echo "Starting PostgreSQL ..."
  forget_killed_postgres "$data/cluster"
  for attempt in 1 2 3 4 5; do
    port=$(port_for postgres "$attempt")
    mapfile -d '' command < <(as_server "$programs/postgres" -D "$data/cluster" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=100)
    spawn postgres "${command[@]}"
    if await postgres 60 "database system is ready to accept connections"; then
      postgres_port=$port
      note_address postgres "127.0.0.1:$port"
      (umask 077 && echo "127.0.0.1:$port:theseus:theseus:$(cat "$(secret postgres)")" >"$folder/secrets/pgpass")
      return
    fi
    # Somebody else may have taken the port between our look and its start.
    grep -q "Address already in use" "$log" || break
  done
  fail "PostgreSQL did not start." "$log"
}

rabbit_environment() {
  printf '%s\0' env -i "PATH=$PATH" LANG=C.UTF-8 "HOME=$folder/rabbitmq" "ERL_EPMD_PORT=$epmd_port" ERL_EPMD_ADDRESS=127.0.0.1 \
    RABBITMQ_NODENAME=theseus@localhost "RABBITMQ_CONF_ENV_FILE=$folder/rabbitmq/env.conf" "RABBITMQ_CONFIG_FILE=$folder/rabbitmq/rabbitmq.conf" \
    "RABBITMQ_ADVANCED_CONFIG_FILE=$folder/rabbitmq/none.config" "RABBITMQ_ENABLED_PLUGINS_FILE=$folder/rabbitmq/plugins" "RABBITMQ_MNESIA_BASE=$folder/rabbitmq/mnesia" \
    "RABBITMQ_LOG_BASE=$folder/rabbitmq" RABBITMQ_LOGS=- RUNNING_UNDER_SYSTEMD=true "RABBITMQ_DIST_PORT=$dist_port" \
    "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}"
}

start_rabbitmq() {
  local programs home=$folder/rabbitmq log=$folder/logs/rabbitmq.log port attempt command environment i
  programs=$("$root/eng/rabbitmq.sh")
  mkdir -p "$home"
  secret rabbitmq-control >/dev/null
  for ((i = 1; i <= nodes; i++)); do secret "rabbitmq-node$i" >/dev/null; done
  "$root/deploy/rabbitmq-definitions.sh" "$folder/secrets" "$vhost" >"$home/definitions.json"
  if is_running rabbitmq; then
    rabbitmq_port=$(address_of rabbitmq)
    rabbitmq_port=${rabbitmq_port##*:}
    epmd_port=$(cat "$home/epmd-port") dist_port=0
    own "$home"
    mapfile -d '' environment < <(rabbit_environment)
    mapfile -d '' command < <(as_server "${environment[@]}" "$programs/rabbitmqctl" import_definitions "$home/definitions.json")
    (cd / && "${command[@]}") >"$folder/logs/rabbitmqctl.log" 2>&1 || fail "RabbitMQ did not take the users of the nodes." "$folder/logs/rabbitmqctl.log"
    return
  fi
  echo "Starting RabbitMQ ..."
  echo '[].' >"$home/plugins"
  : >"$home/env.conf"
  for attempt in 1 2 3 4 5; do
    port=$(port_for rabbitmq "$attempt") epmd_port=$(free_port) dist_port=$(free_port)
    echo "$epmd_port" >"$home/epmd-port"
    printf '%s\n' "listeners.tcp.1 = 127.0.0.1:$port" "load_definitions = $home/definitions.json" 'log.console = true' 'log.console.level = info' >"$home/rabbitmq.conf"
    own "$home"
    end epmd TERM 10
    mapfile -d '' command < <(as_server env -i "PATH=$PATH" "HOME=$home" epmd -port "$epmd_port" -address 127.0.0.1)
    spawn epmd "${command[@]}"
    mapfile -d '' environment < <(rabbit_environment)
    mapfile -d '' command < <(as_server "${environment[@]}" "$programs/rabbitmq-server")
    spawn rabbitmq "${command[@]}"
    if await rabbitmq 120 "Server startup complete"; then
      rabbitmq_port=$port
      note_address rabbitmq "127.0.0.1:$port"
      return
    fi
    grep -qE "eaddrinuse|in use" "$log" || break
  done
  fail "RabbitMQ did not start." "$log"
}
