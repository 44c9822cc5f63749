#!/usr/bin/env bash
# Collects the root file system of the image: the programs, the shared libraries they load, CA
# certificates, time zones, and the user they run as. Nothing else: no shell, no package manager.
#   deploy/image/rootfs.sh BIN_DIR DEST
# BIN_DIR holds the built programs; DEST must not exist. Used by the Dockerfile and by the tests,
# so that both start the same files. Debug sections are left out.
set -euo pipefail

readonly programs=(kpi-standalone kpi-definition kpi-measurement kpi-evaluation kpi-backup kpictl)
readonly id=10001

fail() { echo "rootfs: $*" >&2; exit 1; }
[ $# -eq 2 ] || fail "want BIN_DIR and DEST"
bin=$1 dest=$2
[ ! -e "$dest" ] || fail "$dest exists already"

# As in Debian, so that libraries are where their loader looks.
mkdir -p "$dest"/{usr/bin,usr/lib64,usr/lib/"$(uname -m)-linux-gnu",usr/share/doc,etc/ssl/certs} \
  "$dest"/{var/lib,etc/kpi,proc,dev,sys,run}
ln -s usr/lib "$dest/lib"
ln -s usr/lib64 "$dest/lib64"
ln -s usr/bin "$dest/bin"

for program in "${programs[@]}"; do
  [ -x "$bin/$program" ] || fail "$bin/$program is missing"
  objcopy --strip-debug "$bin/$program" "$dest/usr/bin/$program"
  chmod 755 "$dest/usr/bin/$program"
done

# "name => /path (0x...)" and "/lib64/ld-linux... (0x...)"; linux-vdso has no path.
mapfile -t libraries < <(cd "$dest/usr/bin" && ldd "${programs[@]/#/./}" |
  sed -n 's/.*\(=> \|^\t\)\(\/[^ ]*\) (0x.*/\2/p' | sort -u)
[ ${#libraries[@]} -gt 0 ] || fail "ldd names no libraries"
files=()
for library in "${libraries[@]}"; do
  target=$dest/usr${library#/usr}
  mkdir -p "$(dirname "$target")"
  cp -L "$library" "$target"
  # Debian lists files below /lib that are now below /usr/lib.
  files+=("$(realpath "$library")" "$(realpath "$library" | sed 's|^/usr||')")
done

cp -L /etc/ssl/certs/ca-certificates.crt "$dest/etc/ssl/certs/"
mkdir -p "$dest/usr/lib/ssl"  # where OpenSSL looks
ln -s /etc/ssl/certs/ca-certificates.crt "$dest/usr/lib/ssl/cert.pem"
cp -a /usr/share/zoneinfo "$dest/usr/share/"
echo "hosts: files dns" >"$dest/etc/nsswitch.conf"
printf 'root:x:0:0:root:/:/sbin/nologin\nkpi:x:%s:%s:kpi:/var/lib/kpi:/sbin/nologin\n' $id $id \
  >"$dest/etc/passwd"
printf 'root:x:0:\nkpi:x:%s:\n' $id >"$dest/etc/group"
install -d -m 1777 "$dest/tmp"
if [ "$(id -u)" -eq 0 ]; then owner=(-o $id -g $id); else owner=(); fi
install -d -m 770 "${owner[@]}" "$dest/var/lib/kpi"

# What is inside, and under which licences.
mapfile -t packages < <({ dpkg -S "${files[@]}" /usr/share/zoneinfo/UTC; } 2>/dev/null |
  sed 's/:.*//' | sort -u)
for package in "${packages[@]}" ca-certificates; do
  mkdir -p "$dest/usr/share/doc/$package"
  cp -L "/usr/share/doc/$package/copyright" "$dest/usr/share/doc/$package/"
done
dpkg-query --show --showformat '${Package} ${Version}\n' "${packages[@]}" ca-certificates \
  >"$dest/usr/share/doc/packages.txt"
