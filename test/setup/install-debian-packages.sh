#!/usr/bin/env bash
# Installs the Debian packages of debian-packages.txt whose commands are missing. Does nothing where
# all are there; never asks; refreshes the package lists only if the install fails without that.
# A service that a package brings (redis-server, ssh) is neither started nor enabled at boot.
# Exit 0: every command is there. Exit 1: some are not, named on stderr.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
policy=/usr/sbin/policy-rc.d

missing_packages() {
  local package command suites
  while read -r package command suites; do
    case $package in '' | '#'*) continue ;; esac
    command -v "$command" >/dev/null || echo "$package"
  done <"$here/debian-packages.txt"
}

install_packages() {
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# Debian's way to keep maintainer scripts from starting services: 101 is "forbidden by policy".
forbid_services() {
  if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
}

# For a machine with a policy of its own that lets services start.
silence_service() {
  [ -d /run/systemd/system ] || { service "$1" stop >/dev/null 2>&1 || true; return; }
  systemctl disable --now --quiet "$1.service" || true
}

missing=$(missing_packages)
[ -n "$missing" ] || exit 0
mapfile -t packages <<<"$missing"

if [ "$(id -u)" -ne 0 ]; then
  echo "not root: cannot install ${packages[*]}" >&2
  exit 1
fi
if ! command -v apt-get >/dev/null; then
  echo "no apt-get here: cannot install ${packages[*]}" >&2
  exit 1
fi

echo "installing ${packages[*]}"
forbid_services
if ! install_packages "${packages[@]}"; then
  apt-get update || true
  # One by one, so that a package that cannot be had does not keep the others away.
  for package in "${packages[@]}"; do install_packages "$package" || true; done
fi
case " ${packages[*]} " in *' redis-server '*) silence_service redis-server ;; esac
case " ${packages[*]} " in *' openssh-server '*) silence_service ssh ;; esac
case " ${packages[*]} " in *' cron '*) silence_service cron ;; esac
for name in prometheus prometheus-node-exporter memcached swift-proxy swift-account swift-container swift-object; do
  case " ${packages[*]} " in *" $name "*) silence_service "$name" ;; esac
done

missing=$(missing_packages)
if [ -n "$missing" ]; then
  echo "could not install ${missing//$'\n'/ }" >&2
  exit 1
fi
