# What the packages' own scripts would have done, had the tree not been unpacked only. Sourced by init.sh.

cp /usr/share/base-passwd/passwd.master /etc/passwd
cp /usr/share/base-passwd/group.master /etc/group
cp /usr/share/samba/smb.conf /etc/samba/smb.conf
mkdir -p /root /var/cache /var/tmp
[ -e /usr/bin/sh ] || ln -s bash /usr/bin/sh

# The names by which alternatives are called.
for program in /usr/bin/wine*-stable /usr/bin/*.mit; do
  ln -sf "$program" "${program%[-.]*}"
done
