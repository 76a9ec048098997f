"""Contexts: legs on both sides, and what is known of the other side after them."""

import struct
import time

import gssapi

import flags
import identities
from mechanisms import KERBEROS, NTLM
from statuses import SEC_E_BAD_BINDINGS, SEC_E_OK, SEC_I_CONTINUE_NEEDED

_SESSION_KEY = gssapi.OID.from_int_seq("1.2.840.113554.1.2.2.5.5")
_NEVER = 0x7FFFFFFFFFFFFFFF
_EPOCH = 116444736000000000
# Of SEC_CHANNEL_BINDINGS: the size and the place of the application's data.
_DATA_OF_BINDINGS = 24
# What a context that was bound has, and one of a client that is only to be identified, beside RFC 2744's flags.
CHANNEL_BOUND = 0x800
IDENTIFY = 0x2000
# SECURITY_IMPERSONATION_LEVEL
SECURITY_IDENTIFICATION = 1
SECURITY_IMPERSONATION = 2
SECURITY_DELEGATION = 3
# ASC_REQ_ALLOW_MISSING_BINDINGS
ALLOW_MISSING = 0x10000000


def _filetime(seconds):
    return int((time.time() + seconds) * 10_000_000) + _EPOCH


def _bindings(structure):
    if structure is None:
        return None
    size, offset = struct.unpack_from("<II", structure, _DATA_OF_BINDINGS)
    return gssapi.raw.ChannelBindings(application_data=structure[offset : offset + size])


def _target(name):
    """host/service of SSPI as GSSAPI writes it; without a slash a name of the realm."""
    service, _, host = name.partition("/")
    if host == "":
        return gssapi.Name(name, gssapi.NameType.kerberos_principal)
    return gssapi.Name(f"{service}@{host}", gssapi.NameType.hostbased_service)


class Context:
    def __init__(self, credential, initiates, target, requirements, bindings):
        self.initiates = initiates
        self._requirements = requirements
        self._wants_bindings = bindings is not None and not requirements & ALLOW_MISSING
        self._client = None
        if initiates:
            self.gss = gssapi.SecurityContext(
                name=_target(target or ""),
                creds=credential.initiating(),
                mech=credential.mechanism,
                usage="initiate",
                flags=flags.requested(requirements),
                channel_bindings=_bindings(bindings),
            )
        else:
            self.gss = gssapi.SecurityContext(
                usage="accept", creds=credential.accepting(), channel_bindings=_bindings(bindings)
            )

    def step(self, token):
        """The status and the token for the other side."""
        answer = self.gss.step(token)
        if not self.gss.complete:
            return SEC_I_CONTINUE_NEEDED, answer
        # MIT's library lets a client in that sends none; Windows only if it is told to.
        missing = not self.initiates and self._wants_bindings and not self._bound
        return SEC_E_BAD_BINDINGS if missing else SEC_E_OK, answer

    @property
    def _bound(self):
        return bool(int(self.gss.actual_flags) & CHANNEL_BOUND)

    @property
    def attributes(self):
        actual = int(self.gss.actual_flags) if self.gss.complete else 0
        return flags.granted(self.initiates, self._requirements, actual, self.is_ntlm)

    @property
    def expiry(self):
        lifetime = self.gss.lifetime if self.gss.complete else None
        return _NEVER if lifetime is None or lifetime >= 0xFFFFFFFF else _filetime(lifetime)

    @property
    def is_ntlm(self):
        return self.gss.mech == NTLM

    @property
    def is_kerberos(self):
        return self.gss.mech == KERBEROS

    @property
    def session_key(self):
        return gssapi.raw.inquire_sec_context_by_oid(self.gss, _SESSION_KEY)[0]

    @property
    def client(self):
        """Who logged on."""
        if self._client is None:
            self._client = identities.of_name(self.gss.initiator_name, self.is_kerberos)
        return self._client

    @property
    def client_name(self):
        return self.native_client if self.initiates else self.client.name

    @property
    def native_client(self):
        return str(self.gss.initiator_name).rstrip("\0")

    @property
    def native_server(self):
        # gss-ntlmssp knows of none on the server's side.
        return "" if self.is_ntlm else str(self.gss.target_name)

    @property
    def specified_target(self):
        """What the client asked for: the name of the ticket, without its realm."""
        return None if self.initiates or self.is_ntlm else self.native_server.split("@")[0]

    @property
    def level(self):
        """How far the client lets the server go."""
        actual = int(self.gss.actual_flags)
        if actual & gssapi.RequirementFlag.delegate_to_peer:
            return SECURITY_DELEGATION
        return SECURITY_IDENTIFICATION if actual & IDENTIFY else SECURITY_IMPERSONATION
