#!/usr/bin/env python3
"""Looks for streams that never end in the installed gRPC, without any program of the suite.

    grpc_retries.py [--seconds=300] [--seed=1] [--no-policy]

Reads streams of servers that are killed, halted and started again, with a retry policy unless
--no-policy. Exit 0 when every call ended, 1 when one outlived its deadline by 10 s. Why the suite
opens streams once: deploy/adr/2026-11-28-streams-are-opened-once.md. Run it with the Python whose
grpcio is asked about, such as .tools/stubs/python-newest/bin/python.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time

import grpc

SERVERS = 2
CHANNELS = 12  # to each server
READERS = 2  # of each channel
DEADLINE = (0.5, 2.0)  # seconds
PAUSE = (0.0, 0.2)
LATE = 10.0
METHOD = "/retries.Streams/Count"
RETRY_POLICY = {"maxAttempts": 4, "initialBackoff": "0.1s", "maxBackoff": "1s",
                "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}


class Streams(grpc.GenericRpcHandler):
    """Every call is a stream without end: quick at first, slow later."""

    def service(self, details):
        return grpc.unary_stream_rpc_method_handler(self._answer)

    @staticmethod
    def _answer(_, context):
        number = 0
        while context.is_active():
            yield bytes(200)
            number += 1
            time.sleep(0.02 if number < 20 else 0.3)


def serve(port):
    threads = SERVERS * CHANNELS * READERS * 4
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(threads),
                         options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((Streams(),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    server.wait_for_termination()


class Server:
    """A server in a process of its own, which ends with this one."""

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.start()

    def start(self):
        self._child = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", sys.executable,
                                        __file__, f"--serve={self.port}"])

    def kill(self):
        self._child.kill()
        self._child.wait()

    def halt(self, seconds):
        self._child.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self._child.send_signal(signal.SIGCONT)


class StreamReader(threading.Thread):
    """Reads one stream after the other to its end."""

    def __init__(self, channel, seed):
        super().__init__(daemon=True)
        self.calls = 0
        self.codes = collections.Counter()
        self.deadline = 0.0  # of the running call; 0: none
        self._method = channel.unary_stream(METHOD)
        self._random = random.Random(seed)

    def run(self):
        while True:
            timeout = self._random.uniform(*DEADLINE)
            self.deadline = time.monotonic() + timeout
            self.calls += 1
            try:
                for _ in self._method(b"", timeout=timeout):
                    pass
            except grpc.RpcError as error:
                self.codes[error.code().name] += 1
            self.deadline = 0.0
            time.sleep(self._random.uniform(*PAUSE))

    def is_late(self):
        return 0 < self.deadline < time.monotonic() - LATE


def connect(server, number, with_policy):
    config = {"loadBalancingConfig": [{"round_robin": {}}]}
    if with_policy:
        config["methodConfig"] = [{"name": [{}], "retryPolicy": RETRY_POLICY}]
    # The number keeps channels from sharing a connection.
    return grpc.insecure_channel(f"127.0.0.1:{server.port}", options=[
        ("grpc.service_config", json.dumps(config)), ("number", number)])


def disturb(server, choices):
    """Away for a moment in one way or the other."""
    time.sleep(choices.uniform(0.3, 1.5))
    if choices.random() < 0.5:
        server.kill()
        time.sleep(choices.uniform(0, 1.5))
        server.start()
        time.sleep(0.5)
    else:
        server.halt(choices.uniform(0.3, 4))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-policy", action="store_true")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        serve(options.serve)
    choices = random.Random(options.seed)
    servers = [Server() for _ in range(SERVERS)]
    readers = []
    for server in servers:
        for number in range(CHANNELS):
            channel = connect(server, number, not options.no_policy)
            readers += [StreamReader(channel, choices.random()) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    end = time.monotonic() + options.seconds
    late = []
    while time.monotonic() < end and not late:
        disturb(choices.choice(servers), choices)
        late = [reader for reader in readers if reader.is_late()]
    codes = sum((reader.codes for reader in readers), collections.Counter())
    print(f"grpcio {grpc.__version__}, {'no' if options.no_policy else 'a'} retry policy: "
          f"{sum(reader.calls for reader in readers)} calls, {dict(codes)}; "
          f"{len(late)} outlived their deadline by {LATE:.0f} s")
    sys.stdout.flush()
    for server in servers:
        server.kill()
    # Threads that wait in gRPC for ever would keep the process.
    os._exit(1 if late else 0)


if __name__ == "__main__":
    main()
