"""Accepts a token by MIT's library, with channel bindings, and says whether the client had the same.

usage: accept-with-bindings.py APPLICATION_DATA TOKEN, both in base64; prints JSON
"""

import json
import sys
from base64 import b64decode

import gssapi
from gssapi.raw import ChannelBindings
from gssapi.raw.exceptions import BadChannelBindingsError

# Of MIT Kerberos 1.19; the module has no name for it.
CHANNEL_BOUND = 0x800

# An error is one at once, not only when the context is used.
gssapi.SecurityContext.__DEFER_STEP_ERRORS__ = False

application_data, token = map(b64decode, sys.argv[1:])
context = gssapi.SecurityContext(
    usage="accept", channel_bindings=ChannelBindings(application_data=application_data)
)
try:
    context.step(token)
    user = str(context.initiator_name)
    bound = bool(int(context.actual_flags) & CHANNEL_BOUND)
    print(json.dumps({"user": user, "bindings": "equal" if bound else "none"}))
except BadChannelBindingsError:
    print(json.dumps({"bindings": "different"}))
