# For scripts that need a program of a Debian package: sourced by them.
# give_up TEXT            says why, and ends with 1
# install_debian NAME PACKAGE...   installs the packages with apt, as root, without starting what is in them; gives up where that cannot be

give_up() {
  echo "$1" >&2
  exit 1
}

install_debian() {
  local name=$1 policy=/usr/sbin/policy-rc.d log is_ours=no
  shift
  command -v apt-get >/dev/null || give_up "$name is not here, and there is no apt to install it with."
  [ "$(id -u)" -eq 0 ] || give_up "$name is not here, and only root can install it: apt-get install $*"
  # Debian's packages start what is in them, unless they are told not to.
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    is_ours=yes
  fi
  log=$(mktemp)
  # A machine without a network is to find out within a minute or two, and not to wait for each mirror in turn.
  local net=(-o Acquire::http::Timeout=15 -o Acquire::https::Timeout=15 -o Acquire::Retries=1)
  apt_install() { DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y --no-install-recommends "${net[@]}" -o Dpkg::Options::=--force-confold "$@" </dev/null; }
  local failed=no
  { apt_install "$@" || { timeout 120 apt-get update "${net[@]}" && apt_install "$@"; }; } >"$log" 2>&1 || failed=yes
  [ $is_ours = no ] || rm -f "$policy"
  [ $failed = no ] || tail -5 "$log" >&2
  rm -f "$log"
  [ $failed = no ] || give_up "$name could not be installed."
}
