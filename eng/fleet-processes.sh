# Starts processes that outlive the shell, notes who they are, and ends them. For eng/fleet, which has set $folder.
# A process is known by its id and by when it began: an id alone may be somebody else's by now.

fail() {
  echo "$1" >&2
  if [ -n "${2:-}" ] && [ -s "$2" ]; then
    echo "The end of $2:" >&2
    tail -n 20 "$2" | sed 's/^/  /' >&2
  fi
  exit 1
}

make_folder() {
  mkdir -p "$folder/pids" "$folder/logs" "$folder/nodes"
  mkdir -p -m 700 "$folder/secrets"
}

# One command at a time has a folder. Those that it starts do not inherit this.
lock() {
  command -v flock >/dev/null || return 0
  exec 9>"$folder/lock"
  flock -w 30 9 || fail "Another eng/fleet works on '$folder' at this moment."
}

# When a process began; nothing when it has ended, also when nobody has taken note of its end.
began() {
  local stat
  if [ -d /proc/self ]; then
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    read -r -a stat <<<"${stat##*) }"
    [[ ${stat[0]} = [ZX] ]] || echo "${stat[19]}"
  else
    ps -o lstart= -p "$1" 2>/dev/null || true
  fi
}

is_running() {
  local id since
  [ -s "$folder/pids/$1" ] || return 1
  { read -r id; read -r since; } <"$folder/pids/$1"
  [ -n "$since" ] && [ "$(began "$id")" = "$since" ]
}

# spawn NAME COMMAND...: its output goes to a log of its name.
spawn() {
  local name=$1 detach=nohup
  shift
  ! command -v setsid >/dev/null || detach=setsid
  (
    # Whoever is not us may not look into where we stand.
    cd /
    $detach "$@" </dev/null >"$folder/logs/$name.log" 2>&1 9>&- &
    id=$!
    printf '%s\n%s\n' "$id" "$(began "$id")" >"$folder/pids/$name"
  )
}

# await NAME SECONDS TEXT: until the text stands in its log. 1 when it ended before.
await() {
  local name=$1 seconds=$2 text=$3 until=$((SECONDS + $2))
  while ! grep -qF -- "$text" "$folder/logs/$name.log"; do
    is_running "$name" || return 1
    [ $SECONDS -lt $until ] || fail "'$name' was not ready within $seconds s." "$folder/logs/$name.log"
    sleep 0.1
  done
}

# end NAME SIGNAL SECONDS
end() {
  local id until=$((SECONDS + $3))
  if is_running "$1"; then
    read -r id <"$folder/pids/$1"
    kill "-$2" "$id" 2>/dev/null || true
    while is_running "$1"; do
      if [ $SECONDS -ge $until ]; then
        echo "'$1' ($id) did not end within $3 s of SIG$2 and is killed." >&2
        kill -KILL "$id" 2>/dev/null || true
        until=$((SECONDS + 10))
      fi
      sleep 0.1
    done
  fi
  rm -f "$folder/pids/$1"
}

# Those who depend on others first; nodes, and then control planes, all at once.
stop_all() {
  local name group
  for group in node control; do
    for name in $(names "$group"); do ! is_running "$name" || kill -TERM "$(head -n 1 "$folder/pids/$name")" 2>/dev/null || true; done
    for name in $(names "$group"); do end "$name" TERM 40; done
  done
  end rabbitmq TERM 60
  end epmd TERM 10
  end postgres INT 60
  rm -f "$folder/addresses"
  echo "Nothing of the fleet in '$folder' runs."
}

names() { (cd "$folder/pids" && ls | grep "^$1" | sort -V) || true; }

status_all() {
  local name bad=0
  for name in $(names ''); do
    if is_running "$name"; then
      printf '%-10s runs as process %s  %s\n' "$name" "$(head -n 1 "$folder/pids/$name")" "$(address_of "$name")"
    else
      printf '%-10s has ended; see %s\n' "$name" "$folder/logs/$name.log"
      bad=1
    fi
  done
  [ -n "$(names '')" ] || echo "Nothing of the fleet in '$folder' runs."
  return $bad
}

address_of() { sed -n "s/^$1 //p" "$folder/addresses" 2>/dev/null || true; }

note_address() {
  forget_address "$1"
  echo "$1 $2" >>"$folder/addresses"
}

forget_address() {
  touch "$folder/addresses"
  grep -v "^$1 " "$folder/addresses" >"$folder/addresses.new" || true
  mv "$folder/addresses.new" "$folder/addresses"
}

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    # Refused: nobody listens there.
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

# secret NAME: prints the path of a file with a password, which is made if it is not there.
secret() {
  local file=$folder/secrets/$1
  [ -s "$file" ] || od -An -N 24 -tx1 /dev/urandom | tr -d ' \n' >"$file"
  chmod 600 "$file"
  echo "$file"
}
