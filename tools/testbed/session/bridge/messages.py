"""Messages in the layouts of SSPI: a token, and the data after it."""

from gssapi.raw import IOV, IOVBufferType, wrap_iov

# SECQOP_WRAP_NO_ENCRYPT
NO_ENCRYPT = 0x80000001


def wrap(context, data, qop):
    """The token and the data as they are sent, one after the other."""
    encrypt = qop != NO_ENCRYPT
    if context.is_kerberos:
        iov = IOV(
            IOVBufferType.header, bytes(data), IOVBufferType.padding, std_layout=False
        )
        wrap_iov(context.gss, iov, encrypt)
        header, body, padding = (buffer.value or b"" for buffer in iov)
        return header, body, padding
    whole = context.gss.wrap(bytes(data), encrypt).message
    return whole[: len(whole) - len(data)], whole[len(whole) - len(data) :], b""


def unwrap(context, whole):
    """The data, and the quality of protection that it had."""
    result = context.gss.unwrap(bytes(whole))
    return result.message, 0 if result.encrypted else NO_ENCRYPT


def sign(context, data):
    return context.gss.get_signature(bytes(data))


def verify(context, data, signature):
    context.gss.verify_signature(bytes(data), bytes(signature))
