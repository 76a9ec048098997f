# Where things are in a session. Sourced by its scripts.

state=/var/lib/testbed
domain=$state/domain
wine_prefix=$state/wine
krb5_config=$state/krb5.conf
service_keytab=$state/http.keytab
peers_keytab=$state/peers.keytab
user_keytab=$state/user.keytab
accounts=$state/accounts
description=$state/description

runtime=/run/testbed
user_ccache=FILE:$runtime/user.ccache
