# Control planes and nodes for eng/fleet.
# A node's program finds in its environment what a host of Theseus reads as configuration: Theseus__Node__Name and
# Theseus__Node__FailureDomain, Theseus__DataFolder, Theseus__Feeds__0, Theseus__RabbitMq__Host and so on. ASPNETCORE_URLS has a
# web service listen on a free port; which one that is, its log says ("Now listening on: …").

# start_control NUMBER
start_control() {
  local name=control$1 home=$folder/control$1 fleet=$folder/secrets/control.json
  ! is_running "$name" || return 0
  echo "Starting control plane $1 ..."
  cat >"$fleet" <<JSON
{ "Host": "127.0.0.1", "Port": $rabbitmq_port, "VirtualHost": "$vhost", "User": "control", "PasswordFile": "$(secret rabbitmq-control)", "RequireNodeUser": true }
JSON
  spawn "$name" dotnet "$root/artifacts/bin/Theseus.Cli/release/theseus.dll" serve --data "$home" --address http://127.0.0.1:0 --feed "$feed" \
    --store "Host=127.0.0.1;Port=$postgres_port;Database=theseus;Username=theseus;Passfile=$folder/secrets/pgpass" --fleet-config "$fleet"
  await "$name" 120 "A control plane serves at " || fail "Control plane $1 did not start." "$folder/logs/$name.log"
  note_address "$name" "$(grep -oE 'serves at https?://[0-9.:]+[0-9]' "$folder/logs/$name.log" | head -n 1 | cut -d ' ' -f 3)"
  # Whichever was the first of its database made the first token.
  [ ! -s "$home/admin.token" ] || cp "$home/admin.token" "$folder/secrets/admin.token"
}

# The nodes that this call has started.
begun=()

# start_node NUMBER
start_node() {
  local name=node$1 home=$folder/nodes/node$1 place=west
  ! is_running "$name" || return 0
  [ $(($1 % 2)) -eq 1 ] || place=east
  mkdir -p "$home"
  echo "Starting node $1 ..."
  # It will listen elsewhere.
  forget_address "$name"
  begun+=("$name")
  spawn "$name" env ASPNETCORE_URLS=http://127.0.0.1:0 \
    "Theseus__DataFolder=$home/data" "Theseus__Feeds__0=$feed" "Theseus__Node__Name=$name" "Theseus__Node__FailureDomain=$place" \
    Theseus__RabbitMq__Host=127.0.0.1 "Theseus__RabbitMq__Port=$rabbitmq_port" "Theseus__RabbitMq__VirtualHost=$vhost" \
    "Theseus__RabbitMq__User=$name" "Theseus__RabbitMq__PasswordFile=$(secret "rabbitmq-$name")" \
    bash -c "cd '$PWD' && exec ${program:-dotnet '$root/artifacts/bin/Theseus.Demo/release/Theseus.Demo.dll' node}"
}

# Until both control planes have heard of every node.
await_nodes() {
  local until=$((SECONDS + 180)) i known name number token address
  token=$(cat "$folder/secrets/admin.token")
  echo "Waiting for $nodes nodes to be known ..."
  for number in 1 2; do
    while :; do
      known=$(printf 'header = "Authorization: Bearer %s"\n' "$token" | curl -s -m 10 -K - "$(address_of "control$number")/api/v1/status" | grep -oE '"nodes":[0-9]+' | cut -d : -f 2) || known=
      [ "${known:-0}" -lt "$nodes" ] || break
      # Those first without which others cannot go on.
      for name in postgres rabbitmq "control$number"; do
        is_running "$name" || fail "'$name' has ended." "$folder/logs/$name.log"
      done
      for ((i = 1; i <= nodes; i++)); do
        is_running "node$i" || fail "Node $i has ended." "$folder/logs/node$i.log"
      done
      if [ $SECONDS -ge $until ]; then
        for ((i = 1; i <= nodes; i++)); do tail -n 3 "$folder/logs/node$i.log" | sed "s/^/  node$i: /" >&2; done
        fail "Control plane $number knows ${known:-none} of $nodes nodes after 180 s." "$folder/logs/control$number.log"
      fi
      sleep 0.2
    done
  done
  # A control plane may still count one that has ended, and a node is known before its service listens. A program that logs
  # neither has no address here.
  until=$((SECONDS + 60))
  for name in "${begun[@]}"; do
    until grep -qE "Now listening on: |Application started" "$folder/logs/$name.log" || [ $SECONDS -ge $until ]; do
      is_running "$name" || fail "'$name' has ended." "$folder/logs/$name.log"
      sleep 0.1
    done
  done
  for ((i = 1; i <= nodes; i++)); do
    address=$(sed -n 's/^.*Now listening on: //p' "$folder/logs/node$i.log" | head -n 1)
    [ -z "$address" ] || note_address "node$i" "$address"
  done
}

tell() {
  cat <<TEXT

The fleet in '$folder' is ready:
$(sort -V "$folder/addresses" | sed 's/^/  /')
The token of an admin is in $folder/secrets/admin.token:
  export THESEUS_TOKEN_FILE=$folder/secrets/admin.token THESEUS_SERVER=$(address_of control1)
  theseus upgrade status last
'eng/fleet stop --folder $folder' ends all of it.
TEXT
}
