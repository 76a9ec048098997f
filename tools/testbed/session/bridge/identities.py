"""Names, SIDs and groups of users: of Kerberos by the PAC of the ticket, of NTLM by winbind."""

import subprocess

from gssapi.raw import get_name_attribute
from samba.dcerpc import krb5pac
from samba.ndr import ndr_unpack

# SE_GROUP_MANDATORY, _ENABLED_BY_DEFAULT, _ENABLED
USUAL = 0x7
# What every logon over the network has: Everyone, NETWORK, Authenticated Users.
_OF_EVERYBODY = ["S-1-1-0", "S-1-5-2", "S-1-5-11"]
# What MIT puts before the PAC's bytes.
_HEADER = 16


class Identity:
    def __init__(self, name, sid, groups):
        # DOMAIN\user, as Windows writes it.
        self.name = name
        self.sid = sid
        # SIDs with their attributes.
        self.groups = groups + [(sid, USUAL) for sid in _OF_EVERYBODY]


def of_name(name, is_kerberos):
    return _of_ticket(name) if is_kerberos else _of_winbind(str(name).rstrip("\0"))


def _of_ticket(name):
    value = get_name_attribute(name, b"urn:mspac:logon-info").values[0]
    info = ndr_unpack(krb5pac.PAC_LOGON_INFO_CTR, value[_HEADER:], allow_remaining=True).info
    base = info.info3.base
    domain = str(base.domain_sid)
    groups = [(f"{domain}-{group.rid}", group.attributes) for group in base.groups.rids]
    groups += [(str(other.sid), other.attributes) for other in info.info3.sids or []]
    resources = info.resource_groups
    if resources.domain_sid is not None:
        rids = resources.groups.rids or []
        groups += [(f"{resources.domain_sid}-{group.rid}", group.attributes) for group in rids]
    user = f"{base.logon_domain.string}\\{base.account_name.string}"
    return Identity(user, f"{domain}-{base.rid}", groups)


def _of_winbind(name):
    sid = _wbinfo("-n", name).split()[0]
    others = _wbinfo(f"--user-sids={sid}").split()
    return Identity(name, sid, [(other, USUAL) for other in others if other != sid])


def _wbinfo(*arguments):
    return subprocess.run(["wbinfo", *arguments], capture_output=True, text=True, check=True).stdout
