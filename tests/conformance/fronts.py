"""Servers in front of the suite that fail on purpose, and servers that tell about the call."""

import collections
import hashlib
import threading

import grpc
from google.rpc import error_details_pb2

HOP_BY_HOP = ("user-agent", "te", "content-type", "authorization")
LONGEST_CALL = 3600.0


def _forwarded_metadata(context):
    return [(key, value) for key, value in context.invocation_metadata()
            if key not in HOP_BY_HOP and not key.startswith((":", "grpc-"))]


def _time_left(context):
    """Seconds; a call without a deadline has far more left than a timeout can be."""
    return min(context.time_remaining() or LONGEST_CALL, LONGEST_CALL)


def _relay_error(error, context):
    context.set_trailing_metadata(tuple(error.trailing_metadata() or ()))
    context.abort(error.code(), error.details())


class Front(grpc.GenericRpcHandler):
    """Passes calls on as bytes; subclasses decide which of them fail."""

    def __init__(self, channel, contract):
        self._channel = channel
        self._contract = contract
        self._lock = threading.Lock()

    def service(self, details):
        method = self._contract.methods.get(details.method)
        if method is None:
            return None
        if method.client_streaming:
            return grpc.stream_stream_rpc_method_handler(
                lambda requests, context: self.exchange(details.method, requests, context))
        if method.server_streaming:
            return grpc.unary_stream_rpc_method_handler(
                lambda request, context: self.read(details.method, request, context))
        return grpc.unary_unary_rpc_method_handler(
            lambda request, context: self.call(details.method, request, context))

    def call(self, method, request, context):
        try:
            return self._channel.unary_unary(method)(
                request, timeout=_time_left(context), metadata=_forwarded_metadata(context))
        except grpc.RpcError as error:
            return _relay_error(error, context)

    def read(self, method, request, context):
        call = self._channel.unary_stream(method)(request, timeout=_time_left(context))
        context.add_callback(call.cancel)
        try:
            yield from call
        except grpc.RpcError as error:
            if context.is_active():
                _relay_error(error, context)

    def exchange(self, method, requests, context):
        call = self._channel.stream_stream(method)(requests)
        context.add_callback(call.cancel)
        try:
            yield from call
        except grpc.RpcError as error:
            if context.is_active():
                _relay_error(error, context)


class FlakyFront(Front):
    """UNAVAILABLE to the first attempts of every request."""

    FAILURES = 2

    def __init__(self, channel, contract):
        super().__init__(channel, contract)
        self._attempts = collections.Counter()

    def call(self, method, request, context):
        self._attempt(method, request, context)
        return super().call(method, request, context)

    def read(self, method, request, context):
        self._attempt(method, request, context)
        yield from super().read(method, request, context)

    def _attempt(self, method, request, context):
        with self._lock:
            key = method, hashlib.sha256(request).digest()
            self._attempts[key] += 1
            attempt = self._attempts[key]
        if attempt <= self.FAILURES:
            context.abort(grpc.StatusCode.UNAVAILABLE, f"attempt {attempt} fails on purpose")


class CutFront(Front):
    """Ends the first call of each stream of a workspace in the middle."""

    MESSAGES = 2
    BATCHES = 3

    def __init__(self, channel, contract):
        super().__init__(channel, contract)
        self._seen = set()

    def _is_first(self, method, workspace):
        with self._lock:
            first = (method, workspace) not in self._seen
            self._seen.add((method, workspace))
            return first

    def read(self, method, request, context):
        parent = self._contract.request(method, request).parent
        if not self._is_first(method, parent):
            yield from super().read(method, request, context)
            return
        for number, message in enumerate(super().read(method, request, context), start=1):
            yield message
            if number == self.MESSAGES:
                context.abort(grpc.StatusCode.UNAVAILABLE, "cut on purpose")

    def exchange(self, method, requests, context):
        first = next(requests, None)
        if first is None:
            return
        if not self._is_first(method, self._contract.request(method, first).batch.parent):
            yield from super().exchange(method, self._again(first, requests), context)
            return
        taken = [first]
        for request in requests:
            taken.append(request)
            if len(taken) == self.BATCHES:
                break
        acks = []
        for message in super().exchange(method, iter(taken), context):
            acks.extend(self._contract.response(method, message).acks)
        answer = self._contract.response(method, b"")
        answer.durable_through_batch_no = acks[0].batch_no
        answer.acks.append(acks[0])
        yield answer.SerializeToString()
        context.abort(grpc.StatusCode.UNAVAILABLE, "cut on purpose")

    @staticmethod
    def _again(first, requests):
        yield first
        yield from requests


class Headers(grpc.GenericRpcHandler):
    """GetDefinitionServerInfo tells what the call carried."""

    METHOD = "/kpisuite.v1.DefinitionService/GetDefinitionServerInfo"

    def __init__(self, contract):
        self._contract = contract

    def service(self, details):
        if details.method != self.METHOD:
            return None
        return grpc.unary_unary_rpc_method_handler(self._answer)

    def _answer(self, request, context):
        del request
        metadata = dict(context.invocation_metadata())
        info = self._contract.message("ServerInfo")
        info.service = metadata.get("authorization", "")
        info.version = metadata.get("user-agent", "")
        return info.SerializeToString()


class Busy(grpc.GenericRpcHandler):
    """RESOURCE_EXHAUSTED with the time to wait, and the number of the call of its connection."""

    def __init__(self, contract):
        self._contract = contract
        self._calls = collections.Counter()

    def service(self, details):
        return grpc.unary_unary_rpc_method_handler(self._answer)

    def _answer(self, request, context):
        del request
        self._calls[context.peer()] += 1
        status = self._contract.status(
            8, "reads are queued up", "QUEUE_FULL",
            {"queue": "reads", "attempts": str(self._calls[context.peer()])})
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(1500)
        status.details.add().Pack(retry)
        abort(context, status)


def abort(context, status):
    """Ends the call with a google.rpc.Status."""
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
    context.abort(code, status.message)
