"""Credentials: whose, and for which side. Nothing is asked of the domain before the first leg, as on Windows."""

import itertools
import os
import threading

import gssapi

from mechanisms import KERBEROS, NTLM, SPOKEN

_caches = itertools.count(1)


class Credential:
    def __init__(self, package, user, domain, password, delegated):
        self.mechanism = SPOKEN[package.lower()]
        self._user = user
        self._domain = domain
        self._password = password
        # What a client handed to this server, if the credential is on its behalf.
        self._delegated = delegated
        self._lock = threading.Lock()
        # A ticket-granting ticket is good for many contexts; asked for again where it was refused.
        self._initiating = None

    def accepting(self):
        """Of the service, whose key is in the session's keytab; of NTLM, what winbind can."""
        if self.mechanism == NTLM:
            return None
        return gssapi.Credentials(usage="accept", store={"keytab": os.environ["KRB5_KTNAME"]})

    def initiating(self):
        """Of the user; without one, of the user of the session, whom Windows would have logged on."""
        if self._delegated is None and self._password is None and self.mechanism != NTLM:
            return None
        with self._lock:
            if self._initiating is None:
                self._initiating = self._acquire()
            return self._initiating

    def _acquire(self):
        if self._delegated is not None:
            return _with_ccache(self._delegated)
        if self.mechanism == NTLM:
            return self._of_ntlm()
        realm = os.environ["SECUR32_TEST_REALM"]
        name = self._user if "@" in self._user else f"{self._user}@{realm}"
        return _with_ccache(_with_password(name, self._password, KERBEROS))

    def _of_ntlm(self):
        user, domain, password = self._user, self._domain, self._password
        if password is None:
            user, domain, password = (
                os.environ["SECUR32_TEST_" + name] for name in ("USER", "DOMAIN", "PASSWORD")
            )
        return _with_password(f"{domain}\\{user}" if domain else user, password, NTLM)


def _with_password(name, password, mechanism):
    result = gssapi.raw.acquire_cred_with_password(
        gssapi.Name(name, gssapi.NameType.user),
        password.encode(),
        mechs=[mechanism],
        usage="initiate",
    )
    return gssapi.Credentials(result.creds)


def _with_ccache(credential):
    """A ticket for Kerberos alone as a credential that SPNEGO takes, too: one out of a cache in memory."""
    store = {"ccache": f"MEMORY:{next(_caches)}"}
    credential.store(store=store, usage="initiate", mech=KERBEROS, overwrite=True)
    return gssapi.Credentials(usage="initiate", store=store)
