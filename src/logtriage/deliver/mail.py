"""Mail: made whole, then given to an SMTP server or to the machine's sendmail."""

import datetime as dt
import re
import smtplib
import socket
import ssl
import subprocess
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from logtriage.deliver.cut import one_line
from logtriage.deliver.secret import Secrets
from logtriage.errors import DeliveryError
from logtriage.model.destination import Mail, seconds
from logtriage.model.message import Message

SUBJECT: int = 200


def mail_of(message: Message, destination: Mail, now: int) -> EmailMessage:
    """The mail as it is sent; ``now`` in nanoseconds."""
    host = socket.getfqdn() or "localhost"
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = _header(message.subject)
    mail["From"] = destination.sender or f"logtriage@{host}"
    mail["To"] = ", ".join(destination.to)
    mail["Date"] = format_datetime(dt.datetime.fromtimestamp(now / 1e9, dt.UTC))
    # the same message has the same id: a mail server can drop one that came twice
    mail["Message-ID"] = f"<{message.key}@logtriage.{_domain(host)}>"
    # nobody's holiday note shall answer (RFC 3834)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Logtriage-Fingerprints"] = _header(" ".join(message.fingerprints))
    mail.set_content(message.text + "\n", charset="utf-8", cte="quoted-printable")
    return mail


def send_mail(message: Message, destination: Mail, secrets: Secrets, now: int) -> None:
    """Hand the mail over.

    Raises:
        DeliveryError: it was not taken.
    """
    mail = mail_of(message, destination, now)
    timeout = seconds(destination.timeout)
    if destination.server is None:
        _through_sendmail(mail, destination, timeout)
        return
    try:
        with _connected(destination, timeout) as server:
            if destination.user is not None and destination.password is not None:
                server.login(destination.user, secrets.plain(destination.password))
            refused = server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        raise _all_refused(error.recipients) from None
    except smtplib.SMTPResponseException as error:
        # 4xx asks to try again, 5xx refuses; a wrong password can be put right
        wrong_login = isinstance(error, smtplib.SMTPAuthenticationError)
        again = error.smtp_code < 500 or wrong_login
        raise DeliveryError(
            f"SMTP {error.smtp_code}: {_said(error.smtp_error)}", again=again
        ) from None
    except (smtplib.SMTPException, ssl.SSLError, OSError) as error:
        told = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise DeliveryError(
            f"no connection to the mail server: {one_line(told, 200).lower()}"
        ) from None
    if refused:
        # the others have it: sending it again would double it for them
        names = ", ".join(sorted(refused))
        raise DeliveryError(f"the mail server refused {one_line(names, 200)}", again=False)


def _connected(destination: Mail, timeout: float) -> smtplib.SMTP:
    host, port = _address(destination.server or "", 465 if destination.encryption == "tls" else 25)
    context = ssl.create_default_context()
    if destination.encryption == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
    server = smtplib.SMTP(host, port, timeout=timeout)
    if destination.encryption == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def _through_sendmail(mail: EmailMessage, destination: Mail, timeout: float) -> None:
    # -i: a dot on a line of its own does not end the mail; -t would take addresses from the text
    command = [destination.sendmail, "-i", "--", *destination.to]
    text = mail.as_bytes(policy=mail.policy.clone(linesep="\n"))
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        raise DeliveryError(
            f"{destination.sendmail} took longer than {destination.timeout}"
        ) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DeliveryError(f"{destination.sendmail}: {reason}") from None
    if done.returncode:
        said = one_line(done.stderr.decode(errors="replace"), 200)
        raise DeliveryError(f"{destination.sendmail} ended with {done.returncode}: {said}")


def _all_refused(recipients: dict[str, tuple[int, bytes]]) -> DeliveryError:
    code, said = next(iter(recipients.values()))
    return DeliveryError(f"SMTP {code}: {_said(said)}", again=code < 500)


def _said(answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return "".join(c if c.isprintable() else " " for c in one_line(text, 200))


def _address(server: str, port: int) -> tuple[str, int]:
    """``host``, ``host:port`` or ``[::1]:port``."""
    found = re.fullmatch(r"(\[[^\]]+\]|[^:]+)(?::(\d+))?", server)
    if not found:
        return server, port
    return found[1].strip("[]"), int(found[2] or port)


def _header(text: str) -> str:
    """On one line: a line break would begin another header."""
    return "".join(c if c.isprintable() else " " for c in one_line(text, SUBJECT))


def _domain(host: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "-", host) or "localhost"
