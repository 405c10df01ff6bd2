"""A mail server for tests: it answers by recipient, and reports each message as a line of JSON.

The first line says where it listens. The part of an address before the `@` decides:

    busy      451 to RCPT             unknown   550 to RCPT
    login     530 to RCPT             stuck     no answer to RCPT before `go` is read
    full      452 after DATA          spam      554 after DATA
    flaky     451 after DATA at first, then accepted
    drop      hangs up after DATA     mute      hangs up at RCPT
    silent    no answer to the message before `go` is read

Mail from `refused@` is answered with 550. Anything else is accepted. It reads `go` from its
standard input, and ends with it.
"""

import argparse
import asyncio
import email
import email.policy
import json
import logging
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Answers:
    def __init__(self):
        self.go = asyncio.Event()
        self.seen = set()

    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("refused@"):
            return "550 5.7.1 sender rejected"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0].split("+")[0]
        if name == "busy":
            return "451 4.7.1 try again later"
        if name == "unknown":
            return "550-5.1.1 no such user\r\n550 5.1.1 see our help"
        if name == "login":
            return "530 5.7.0 authentication required"
        if name == "mute":
            server.transport.close()
            return "250 OK"
        if name == "stuck":
            report(event="stuck", to=address)
            await self.go.wait()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0]
        name = to.split("@")[0].split("+")[0]
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        if name == "full":
            return "452 4.2.2 mailbox full"
        if name == "spam":
            return "554 5.6.0 this looks like spam"
        if name == "drop":
            server.transport.close()
            return "250 OK"
        if name == "silent":
            report(event="silent", to=to)
            await self.go.wait()
        if name == "flaky" and to not in self.seen:
            self.seen.add(to)
            report(event="deferred", to=to, raw=envelope.content.decode("ascii"))
            return "451 4.3.0 come back"
        report(
            event="accepted",
            sender=envelope.mail_from,
            to=to,
            encrypted=session.ssl is not None,
            login=session.auth_data.decode() if session.authenticated else None,
            raw=envelope.content.decode("ascii"),
            headers={name.lower(): str(value) for name, value in message.items()},
            parts=[part(it) for it in message.walk() if not it.is_multipart()],
            shape=shape(message),
            defects=[repr(it) for it in defects(message)],
        )
        return "250 OK"


def part(it):
    content = it.get_content()
    return {
        "type": it.get_content_type(),
        "method": it.get_param("method"),
        "charset": it.get_content_charset(),
        "file": it.get_filename(),
        "content": content if isinstance(content, str) else content.decode("utf-8"),
    }


def shape(message):
    if not message.is_multipart():
        return message.get_content_type()
    return [message.get_content_type(), [shape(it) for it in message.iter_parts()]]


def defects(message):
    for it in message.walk():
        yield from it.defects
        for value in it.values():
            yield from getattr(value, "defects", [])


def report(**line):
    print(json.dumps(line), flush=True)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--login", help="USER:PASSWORD that is asked for")
    parser.add_argument("--certificate", help="PEM file with certificate and key, for TLS")
    parser.add_argument("--wrapped", action="store_true", help="TLS from the start")
    options = parser.parse_args()

    context = None
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate)

    def authenticate(server, session, envelope, mechanism, data):
        given = f"{data.login.decode()}:{data.password.decode()}"
        return AuthResult(success=given == options.login, handled=False, auth_data=data.login)

    answers = Answers()
    login = options.login is not None

    def session():
        return SMTP(
            answers,
            hostname="mail.test",
            authenticator=authenticate if login else None,
            auth_required=login,
            auth_require_tls=login and context is not None and not options.wrapped,
            tls_context=None if options.wrapped else context,
        )

    wrapping = context if options.wrapped else None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(session, "127.0.0.1", 0, ssl=wrapping)
    report(port=server.sockets[0].getsockname()[1])
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if line.strip() == "go":
            answers.go.set()


# What goes wrong in a session is the client's to tell.
logging.disable(logging.CRITICAL)
asyncio.run(main())
