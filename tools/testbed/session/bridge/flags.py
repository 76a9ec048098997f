"""Requirements and attributes of SSPI, and the flags of GSSAPI that they stand for."""

# ISC_REQ_ and ISC_RET_, ASC_REQ_ and ASC_RET_, and GSS_C_.
_BITS = [
    (0x1, 0x1, 0x1),  # DELEGATE
    (0x2, 0x2, 0x2),  # MUTUAL
    (0x4, 0x4, 0x4),  # REPLAY_DETECT
    (0x8, 0x8, 0x8),  # SEQUENCE_DETECT
    (0x10, 0x10, 0x10),  # CONFIDENTIALITY
    (0x10000, 0x20000, 0x20),  # INTEGRITY
    (0x20000, 0x80000, 0x2000),  # IDENTIFY
]
_INTEGRITY = 0x20
# REPLAY_DETECT and SEQUENCE_DETECT, which are the same everywhere.
_ORDER = 0xC
CONNECTION = 0x800
ALLOCATE_MEMORY = 0x100


def requested(requirements):
    """What an initiator asks GSSAPI for."""
    return sum(gss for client, _, gss in _BITS if requirements & client)


def granted(initiates, requirements, flags, is_ntlm):
    """The attributes of a context."""
    # Every signature of NTLM has the number of its message, which gss-ntlmssp compares and does not mention.
    if is_ntlm and flags & _INTEGRITY:
        flags |= requirements & _ORDER
    attributes = sum(
        client if initiates else server for client, server, gss in _BITS if flags & gss
    )
    return attributes | requirements & (CONNECTION | ALLOCATE_MEMORY)
