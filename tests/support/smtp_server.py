"""A real SMTP server for tests, made of aiosmtpd.

Called by tests/support/smtp.rs with one JSON object as its argument:
  mode       "plain", "starttls" or "implicit"
  cert, key  PEM files, for the two modes with TLS
  username, password   when given, a login is required
  replies    {"recipient": "550 5.1.1 no such user", ...}: what RCPT answers; everything else is taken

Says {"port": n} on stdout once it listens, then one JSON line for every message it took. Ends when its stdin does, so it
never outlives the test that started it.
"""

import asyncio
import base64
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def say(value):
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


class Handler:
    def __init__(self, replies):
        self.replies = replies

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.replies.get(address)
        if reply is not None:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        say({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "peer": session.peer[1],
            "tls": session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None,
            "login": session.authenticated,
            "data": base64.b64encode(envelope.content).decode("ascii"),
        })
        return "250 2.0.0 taken"


async def serve(wanted):
    mode = wanted["mode"]
    context = None
    if mode != "plain":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(wanted["cert"], wanted["key"])
    username = wanted.get("username")

    def authenticate(server, session, envelope, mechanism, data):
        right = (
            isinstance(data, LoginPassword)
            and data.login == username.encode()
            and data.password == wanted["password"].encode()
        )
        return AuthResult(success=right, handled=False)

    options = {"enable_SMTPUTF8": False, "hostname": "smtp.test"}
    if username is not None:
        # aiosmtpd knows TLS only as STARTTLS, so with implicit TLS it must not ask for it before AUTH.
        options.update(authenticator=authenticate, auth_required=True, auth_require_tls=mode == "starttls")
    if mode == "starttls":
        options.update(tls_context=context, require_starttls=True)
    handler = Handler(wanted.get("replies", {}))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, loop=loop, **options),
        host="127.0.0.1",
        port=0,
        ssl=context if mode == "implicit" else None,
    )
    say({"port": server.sockets[0].getsockname()[1]})
    await loop.run_in_executor(None, sys.stdin.buffer.read)
    server.close()


asyncio.run(serve(json.loads(sys.argv[1])))
