"""What channels of both kinds have in common: options, credentials, when to go on."""

import pathlib
import random
import re
from typing import Optional

import grpc

from kpisuite._errors import KpiError
from kpisuite._version import __version__

UNARY_TIMEOUT = 30.0  # seconds, of the calls that this package makes itself
_MAX_MESSAGE_BYTES = 16 << 20
# A server that is gone without a word is noticed.
_KEEPALIVE_MS = 120_000
_KEEPALIVE_TIMEOUT_MS = 20_000
_TOKEN = re.compile(r"[!-~]+")


def channel_options():
    """Retries, load balancing, and who we are."""
    config = pathlib.Path(__file__).with_name("service_config.json").read_text(encoding="utf-8")
    return [
        ("grpc.service_config", config),
        ("grpc.enable_retries", 1),
        ("grpc.keepalive_time_ms", _KEEPALIVE_MS),
        ("grpc.keepalive_timeout_ms", _KEEPALIVE_TIMEOUT_MS),
        ("grpc.primary_user_agent", f"kpisuite-python/{__version__}"),
        ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
        ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
    ]


def credentials(plaintext: bool, roots: Optional[bytes], token: Optional[str]):
    """Channel credentials; None for plaintext. ValueError for what must not be."""
    if plaintext:
        if token is not None or roots is not None:
            raise ValueError("a token, or roots, need TLS: connect without plaintext")
        return None
    channel = grpc.ssl_channel_credentials(root_certificates=roots)
    if token is None:
        return channel
    if not _TOKEN.fullmatch(token):
        raise ValueError("a token consists of visible ASCII characters without blanks")
    return grpc.composite_channel_credentials(channel, grpc.access_token_call_credentials(token))


class Backoff:
    """How long to wait before a stream is opened again: doubling, half of it random."""

    FIRST, MOST, ATTEMPTS = 0.1, 5.0, 10

    def __init__(self) -> None:
        self._failures = 0

    def reset(self) -> None:
        self._failures = 0

    def seconds(self, error: KpiError, forever: bool) -> float:
        """Time to wait; raises the error when it will not go away, or lasts too long."""
        resumable = error.code == grpc.StatusCode.UNAVAILABLE or error.reason == "SLOW_CONSUMER"
        self._failures += 1
        if not resumable or (not forever and self._failures >= self.ATTEMPTS):
            raise error
        longest = min(self.FIRST * 2 ** min(self._failures - 1, 10), self.MOST)
        return max(longest * random.uniform(0.5, 1.0), error.retry_after or 0.0)
