"""The mechanisms of GSSAPI behind the packages: MIT's Kerberos and SPNEGO, and gss-ntlmssp over winbind."""

import gssapi

KERBEROS = gssapi.OID.from_int_seq("1.2.840.113554.1.2.2")
NTLM = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
SPNEGO = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")

# What the contexts of a package speak.
SPOKEN = {"mitkerberos": KERBEROS, "mitntlm": NTLM, "mitnegotiate": SPNEGO}
