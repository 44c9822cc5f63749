#!/usr/bin/env python3
"""Starts every server of the conformance vectors; README.md says what each of them is.

    fixture.py SUITE_BINARY DIRECTORY SETTINGS_FILE

Writes SETTINGS_FILE (what KPI_CONFORMANCE names) when all of them serve, and runs until it gets
SIGTERM or its standard input ends.
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent import futures

import grpc

import fronts
import synthetic

HERE = pathlib.Path(__file__).resolve().parent


def start_suite(binary, directory):
    """The real server on a free port: (process, address)."""
    ports = directory / "ports.json"
    store = directory / "store"
    store.mkdir(parents=True)
    with open(directory / "suite.log", "wb") as log:
        process = subprocess.Popen(
            [binary, "--listen=127.0.0.1:0", "--admin-listen=127.0.0.1:0", "--drain-delay=0s",
             f"--ports-file={ports}", f"--store=sqlite:{store}"], stdout=log, stderr=log)
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"fixture: {binary} ended at start; see {directory}/suite.log")
        if ports.exists() and ports.stat().st_size:
            return process, f"127.0.0.1:{json.loads(ports.read_text())['grpc']}"
        time.sleep(0.05)
    raise SystemExit(f"fixture: {binary} does not serve")


def make_certificate(directory):
    """A certificate for localhost that is its own root: (key, certificate) files."""
    key, certificate = directory / "key.pem", directory / "ca.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-addext", "basicConstraints=critical,CA:FALSE",
         "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return key, certificate


def serve(handler, credentials=None):
    """Serves HANDLER on a free port: (server, port)."""
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=64), handlers=(handler,),
        options=[("grpc.max_receive_message_length", 8 << 20), ("grpc.so_reuseport", 0)])
    port = (server.add_secure_port("127.0.0.1:0", credentials) if credentials else
            server.add_insecure_port("127.0.0.1:0"))
    server.start()
    return server, port


def closed_port():
    """A port on which nobody listens, kept from others: (socket, port)."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    return taken, taken.getsockname()[1]


def start_servers(binary, directory):
    """(what has to stay alive, suite process, settings)."""
    process, suite = start_suite(binary, directory)
    channel = grpc.insecure_channel(
        suite, options=[("grpc.max_receive_message_length", 16 << 20)])
    contract = synthetic.Contract(HERE.parents[1] / "proto")
    handlers = {
        "flaky": fronts.FlakyFront(channel, contract),
        "cut": fronts.CutFront(channel, contract),
        "headers": fronts.Headers(contract),
        "busy": fronts.Busy(contract),
        "newer": synthetic.newer(HERE.parents[1] / "proto"),
        "older": synthetic.older(contract),
    }
    alive = []
    servers = {"suite": suite}
    for name, handler in handlers.items():
        server, port = serve(handler)
        alive.append(server)
        servers[name] = f"127.0.0.1:{port}"
    key, certificate = make_certificate(directory)
    credentials = grpc.ssl_server_credentials([(key.read_bytes(), certificate.read_bytes())])
    server, port = serve(fronts.Headers(contract), credentials)
    alive.append(server)
    servers["tls"] = f"localhost:{port}"
    taken, port = closed_port()
    alive.append(taken)
    servers["down"] = f"127.0.0.1:{port}"
    results = directory / "results"
    results.mkdir()
    return alive, process, {
        "vectors": str(HERE / "vectors"), "given": str(HERE / "given.json"),
        "results": str(results), "ca": str(certificate), "servers": servers,
        "load": {"reads": int(os.environ.get("KPI_LOAD_READS", "10000")),
                 "samples": int(os.environ.get("KPI_LOAD_SAMPLES", "1000000"))}}


def main():
    binary, directory, settings_file = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    directory.mkdir(parents=True, exist_ok=True)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    alive, process, settings = start_servers(binary, directory)
    partial = pathlib.Path(settings_file + ".part")
    partial.write_text(json.dumps(settings, indent=1))
    partial.rename(settings_file)
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    ended.wait()
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
    del alive
    os._exit(0)  # pylint: disable=protected-access


if __name__ == "__main__":
    main()
