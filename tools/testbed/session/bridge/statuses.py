"""Which status of SSPI stands for which failure of GSSAPI: what Windows returns for the same cause."""

SEC_E_OK = 0
SEC_I_CONTINUE_NEEDED = 0x00090312
SEC_E_UNSUPPORTED_FUNCTION = 0x80090302
SEC_E_TARGET_UNKNOWN = 0x80090303
SEC_E_INTERNAL_ERROR = 0x80090304
SEC_E_INVALID_TOKEN = 0x80090308
SEC_E_QOP_NOT_SUPPORTED = 0x8009030A
SEC_E_NO_IMPERSONATION = 0x8009030B
SEC_E_LOGON_DENIED = 0x8009030C
SEC_E_NO_CREDENTIALS = 0x8009030E
SEC_E_MESSAGE_ALTERED = 0x8009030F
SEC_E_OUT_OF_SEQUENCE = 0x80090310
SEC_E_NO_AUTHENTICATING_AUTHORITY = 0x80090311
SEC_E_CONTEXT_EXPIRED = 0x80090317
SEC_E_WRONG_PRINCIPAL = 0x80090322
SEC_E_TIME_SKEW = 0x80090324
SEC_E_BAD_BINDINGS = 0x80090346

# Routine errors of RFC 2744, without the bits of others.
_BY_ROUTINE = {
    1: SEC_E_INVALID_TOKEN,  # BAD_MECH
    3: SEC_E_TARGET_UNKNOWN,  # BAD_NAMETYPE
    4: SEC_E_BAD_BINDINGS,
    6: SEC_E_MESSAGE_ALTERED,  # BAD_MIC
    7: SEC_E_NO_CREDENTIALS,
    9: SEC_E_INVALID_TOKEN,  # DEFECTIVE_TOKEN
    10: SEC_E_NO_CREDENTIALS,  # DEFECTIVE_CREDENTIAL
    11: SEC_E_CONTEXT_EXPIRED,  # CREDENTIALS_EXPIRED
    12: SEC_E_CONTEXT_EXPIRED,
    14: SEC_E_QOP_NOT_SUPPORTED,
    15: SEC_E_LOGON_DENIED,  # UNAUTHORIZED
}
# Of messages that come twice, late, or after others.
_SUPPLEMENTARY = 0x1E

# Errors of krb5: those of the KDC, of a ticket, and of the library.
_KRB5 = 2529638912
_BY_KERBEROS = {
    6: SEC_E_LOGON_DENIED,  # KDC_ERR_C_PRINCIPAL_UNKNOWN
    7: SEC_E_TARGET_UNKNOWN,  # KDC_ERR_S_PRINCIPAL_UNKNOWN
    8: SEC_E_TARGET_UNKNOWN,  # KDC_ERR_PRINCIPAL_NOT_UNIQUE
    12: SEC_E_LOGON_DENIED,  # KDC_ERR_POLICY
    18: SEC_E_LOGON_DENIED,  # KDC_ERR_CLIENT_REVOKED
    23: SEC_E_LOGON_DENIED,  # KDC_ERR_KEY_EXP
    24: SEC_E_LOGON_DENIED,  # KDC_ERR_PREAUTH_FAILED
    31: SEC_E_MESSAGE_ALTERED,  # AP_ERR_BAD_INTEGRITY
    32: SEC_E_CONTEXT_EXPIRED,  # AP_ERR_TKT_EXPIRED
    33: SEC_E_TIME_SKEW,  # AP_ERR_TKT_NYV
    35: SEC_E_WRONG_PRINCIPAL,  # AP_ERR_NOT_US
    37: SEC_E_TIME_SKEW,  # AP_ERR_SKEW
    41: SEC_E_MESSAGE_ALTERED,  # AP_ERR_MODIFIED
    44: SEC_E_LOGON_DENIED,  # AP_ERR_BADKEYVER
    45: SEC_E_LOGON_DENIED,  # AP_ERR_NOKEY
    156: SEC_E_NO_AUTHENTICATING_AUTHORITY,  # KRB5_KDC_UNREACH
    181: SEC_E_LOGON_DENIED,  # KRB5_KT_NOTFOUND
    195: SEC_E_NO_CREDENTIALS,  # KRB5_FCC_NOFILE
}

# What of these comes through SPNEGO, which has numbers of its own for them, and the text alone.
_BY_TEXT = {
    "Cannot contact any KDC": SEC_E_NO_AUTHENTICATING_AUTHORITY,
    "Clock skew too great": SEC_E_TIME_SKEW,
    "Server not found in Kerberos database": SEC_E_TARGET_UNKNOWN,
    "Ticket expired": SEC_E_CONTEXT_EXPIRED,
}

# gss-ntlmssp says so of channel bindings that differ, and with FAILURE of passwords.
_EACCES = 13


def status_of(error):
    """The status for what a call of GSSAPI raised."""
    minor, routine = error.min_code & 0xFFFFFFFF, error.maj_code >> 16 & 0xFF
    of_krb5 = _BY_KERBEROS.get(minor - _KRB5) if minor >= _KRB5 else None
    if of_krb5 is not None:
        return of_krb5
    for text, status in _BY_TEXT.items():
        if text in str(error):
            return status
    if routine == 0 and error.maj_code & _SUPPLEMENTARY:
        return SEC_E_OUT_OF_SEQUENCE
    if routine == 9 and minor == _EACCES:
        return SEC_E_BAD_BINDINGS
    if routine == 13:
        return SEC_E_LOGON_DENIED
    return _BY_ROUTINE.get(routine, SEC_E_INTERNAL_ERROR)
