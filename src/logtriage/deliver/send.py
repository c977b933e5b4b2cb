"""One message to one destination: delivered, or not and why."""

import os
from pathlib import Path

import msgspec

from logtriage.deliver.secret import NamedSecrets, Secrets
from logtriage.errors import DeliveryError
from logtriage.model.destination import AnyDestination, Apprise, File, Mail, seconds
from logtriage.model.message import Message, Outcome


def send(message: Message, destination: AnyDestination | None, now: int) -> Outcome:
    """Send a message; nothing is raised for what the other side does.

    Args:
        message: as `deliver` made it, in this run or an earlier one.
        destination: the one that it names; None where the configuration has none by that name now.
        now: nanoseconds since the epoch.
    """
    if destination is None:
        reason = f"there is no delivery '{message.destination}' any more"
        return Outcome(delivered=False, reason=reason, again=False)
    try:
        _send(message, destination, Secrets(), now)
    except DeliveryError as error:
        return Outcome(delivered=False, reason=error.what, again=error.again, wait=error.wait)
    return Outcome(delivered=True)


def _send(message: Message, destination: AnyDestination, secrets: Secrets, now: int) -> None:
    match destination:
        case Mail():
            from logtriage.deliver.mail import send_mail  # noqa: PLC0415 - each loads a lot

            send_mail(message, destination, secrets, now)
        case Apprise():
            from logtriage.deliver.chat import send_chat  # noqa: PLC0415

            send_chat(message, destination, secrets)
        case File():
            _append(message, destination)
        case _:
            from logtriage.deliver.calls import calls_for  # noqa: PLC0415
            from logtriage.deliver.request import call  # noqa: PLC0415

            calls = calls_for(message, destination, secrets)
            timeout = seconds(destination.timeout)
            request = next(calls, None) if calls else None
            while calls and request:
                answer = call(request, timeout)
                try:
                    request = calls.send(answer)
                except StopIteration:
                    break


def shown(message: Message, destination: AnyDestination, now: int) -> str:
    """What `send` would send, word by word, with the names of secrets in their places."""
    secrets = NamedSecrets()
    match destination:
        case Mail():
            from logtriage.deliver.mail import mail_of  # noqa: PLC0415

            mail = mail_of(message, destination, now)
            # the text as it is read, not as it is encoded on its way
            headers = "".join(f"{name}: {value}\n" for name, value in mail.items())
            through = destination.server or destination.sendmail
            return f"mail through {through}\n{headers}\n{mail.get_content()}"
        case Apprise():
            return _chat_shown(message, destination)
        case File():
            return f"append to {destination.path}\n{_line(message).decode()}"
        case _:
            from logtriage.deliver.calls import calls_for  # noqa: PLC0415

            calls = calls_for(message, destination, secrets)
            return "\n\n".join(request.shown() for request in calls or ())


def _chat_shown(message: Message, destination: Apprise) -> str:
    from logtriage.deliver.chat import Parts, parts_of  # noqa: PLC0415

    try:
        where, parts = parts_of(message, destination, Secrets())
    except DeliveryError as error:
        # without its address nothing is known of the service's limits
        where, parts = (
            f"{NamedSecrets().plain(destination.url)} ({error.what})",
            Parts(message, 250, 0),
        )
    return f"Apprise to {where}\n{parts.title}\n\n{parts.body}"


def _append(message: Message, destination: File) -> None:
    try:
        # one write of a line at the end: readers never see half of it, writers do not mix
        descriptor = os.open(
            destination.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640
        )
        with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123 - a descriptor
            file.write(_line(message))
            os.fsync(file.fileno())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DeliveryError(f"cannot write {Path(destination.path).name}: {reason}") from None


def _line(message: Message) -> bytes:
    return msgspec.json.encode({"key": message.key, **(message.content or {})}) + b"\n"
