# The Active Directory domain SSPI.TEST. Sourced after places.sh.

domain_log=$runtime/samba.log

# Makes the domain and its accounts; nothing runs yet. The passwords are random and the domain is on a private
# loopback; they never expire, because the result is kept in a cache.
provision_domain() {
  local administrator alice bob service peers name smb_conf=$domain/etc/smb.conf
  administrator=$(random_password) alice=$(random_password) bob=$(random_password)
  service=$(random_password) peers=$(random_password)

  python3 $here/provision.py --realm=SSPI.TEST --domain=SSPI --server-role=dc --dns-backend=NONE \
    --adminpass="$administrator" --targetdir=$domain --host-ip=127.0.0.1 --host-name=dc1 \
    --option='interfaces=lo' --option='bind interfaces only=yes'

  sed -i -e '/dns forwarder/d' -e '/server services/d' -e '/log file/d' -e "s#^\[global\]#&\n\
	server services = s3fs, rpc, ldap, cldap, kdc, winbindd\n\
	pid directory = $runtime/samba\n\
	ncalrpc dir = $runtime/samba/ncalrpc\n\
	log file = $runtime/samba/log.%m\n\
	tls enabled = no\n\
	kdc default domain supported enctypes = aes256-cts-hmac-sha1-96#" $smb_conf

  local database=(-H $domain/private/sam.ldb -s $smb_conf)
  samba-tool domain passwordsettings set "${database[@]}" \
    --max-pwd-age=0 --min-pwd-age=0 --account-lockout-threshold=0
  samba-tool user create alice "$alice" "${database[@]}"
  samba-tool user create bob "$bob" "${database[@]}"
  samba-tool user create svc-http "$service" "${database[@]}"
  samba-tool user create svc-peers "$peers" "${database[@]}"
  samba-tool group add engineers "${database[@]}"
  samba-tool group addmembers engineers alice "${database[@]}"
  samba-tool spn add HTTP/web.sspi.test svc-http "${database[@]}"
  # A domain controller adds this itself, a minute after its first start.
  samba-tool spn add ldap/dc1.sspi.test 'DC1$' "${database[@]}"
  samba-tool domain exportkeytab $service_keytab --principal=HTTP/web.sspi.test -s $smb_conf
  # Of an account of their own: what is meant for them must not be good for the service.
  for name in apache proxy; do
    samba-tool spn add HTTP/$name.sspi.test svc-peers "${database[@]}"
    samba-tool domain exportkeytab $peers_keytab --principal=HTTP/$name.sspi.test -s $smb_conf
  done
  samba-tool domain exportkeytab $user_keytab --principal=alice -s $smb_conf

  cat >$accounts <<EOF
export SECUR32_TEST_REALM=SSPI.TEST
export SECUR32_TEST_DOMAIN=SSPI
export SECUR32_TEST_USER=alice
export SECUR32_TEST_PASSWORD=$alice
export SECUR32_TEST_USER2=bob
export SECUR32_TEST_PASSWORD2=$bob
export SECUR32_TEST_GROUP=engineers
export SECUR32_TEST_SPN=HTTP/web.sspi.test
export SECUR32_TEST_KEYTAB=$service_keytab
export SECUR32_TEST_PEERS_KEYTAB=$peers_keytab
EOF
}

# Letters and digits only, which no command line and no URL takes for something else; the tail satisfies the
# domain's rule that a password has several kinds of characters.
random_password() {
  echo "$(head -c 512 /dev/urandom | tr -dc 'A-Za-z0-9' | head -c 20)aB3"
}

write_network_files() {
  cat >/etc/hosts <<'EOF'
127.0.0.1 localhost
127.0.0.1 web.sspi.test web
127.0.0.1 apache.sspi.test
127.0.0.1 proxy.sspi.test
127.0.0.1 dc1.sspi.test dc1
EOF
  # No name server is reachable; an empty file makes a look-up fail at once.
  : >/etc/resolv.conf
  cat >$krb5_config <<'EOF'
[libdefaults]
  default_realm = SSPI.TEST
  dns_lookup_kdc = false
  dns_lookup_realm = false
  rdns = false
  forwardable = true
[realms]
  SSPI.TEST = {
    kdc = 127.0.0.1
  }
[domain_realm]
  .sspi.test = SSPI.TEST
EOF
}

# Starts the domain and waits until it checks a password, which is the last thing to work.
start_domain() {
  samba -s $domain/etc/smb.conf -i -M single >$domain_log 2>&1 </dev/null &
  local samba_id=$! deadline=$((SECONDS + 60 * ${SECUR32_TEST_PATIENCE:-1}))
  until ntlm_auth --domain="$SECUR32_TEST_DOMAIN" --username="$SECUR32_TEST_USER" \
    --password="$SECUR32_TEST_PASSWORD" >$runtime/ntlm_auth.log 2>&1; do
    if ! kill -0 $samba_id 2>/dev/null || ((SECONDS > deadline)); then
      tail -n 15 $domain_log $runtime/samba/log.* $runtime/ntlm_auth.log >&2
      fail 'the domain did not start'
    fi
    sleep 0.05
  done
}

# The user's ticket, for Linux programs. Windows programs log on by themselves, see bin/windows.
log_on() {
  kinit "$SECUR32_TEST_USER" <<<"$SECUR32_TEST_PASSWORD" >$runtime/kinit.log 2>&1 ||
    { cat $runtime/kinit.log >&2; fail 'Kerberos gave the test user no ticket'; }
}
