#!/usr/bin/env bash
# Unpacks Debian's Consul 1.8 beside the project, for the tests that talk to a real agent: nothing is installed.
# usage: scripts/fetch-consul.sh [folder]      (default: ${XDG_CACHE_HOME:-~/.cache}/meshform/consul)
# The package comes from the bullseye suite of the mirror that this machine's apt uses already, or of $MESHFORM_DEBIAN_MIRROR;
# apt checks its signature. Prints the path of the binary.
set -euo pipefail

folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/meshform/consul}
binary=$folder/usr/bin/consul
if [ -x "$binary" ]; then
  echo "$binary"
  exit 0
fi

mirror=${MESHFORM_DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | grep -v -- '-security/*$' | head -n 1)}
[ -n "$mirror" ] || {
  echo 'No Debian mirror among the sources of apt; name one in MESHFORM_DEBIAN_MIRROR.' >&2
  exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/lists/partial "$work"/archives/partial "$work"/parts "$work"/download
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keyring] $mirror bullseye main" >"$work/sources.list"
options=(
  -o "Dir::Etc::SourceList=$work/sources.list" -o "Dir::Etc::SourceParts=$work/parts"
  -o "Dir::State::Lists=$work/lists" -o "Dir::State::status=$work/status"
  -o "Dir::Cache::Archives=$work/archives" -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache="
  -o "APT::Sandbox::User=" -o "Acquire::Languages=none" -o "Acquire::Check-Valid-Until=false"
)
: >"$work/status"
apt-get "${options[@]}" -qq update >&2
(cd "$work/download" && apt-get "${options[@]}" -qq download consul >&2)

mkdir -p "$folder"
dpkg-deb -x "$work"/download/consul_*.deb "$folder"
echo "$binary"
