"""`gonogo serve` as a process of its own, on loopback: how it starts, takes deliveries, refuses and ends."""

import hmac
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

GONOGO = Path(sys.executable).with_name("gonogo")
PATIENCE = 60  # seconds; a busy machine is slow
SECRET = "hunter2-hunter2"
CHUNKED = (
    b"POST /webhook HTTP/1.1\r\nHost: gonogo\r\nTransfer-Encoding: chunked\r\nX-Hub-Signature-256: sha256="
    + b"0" * 64
    + b"\r\n\r\n"
)
BODY = json.dumps({"zen": "Keep it logically awesome.", "hook_id": 1}).encode()


@dataclass
class Serving:
    """A service that runs, or that has ended."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, dict(headers or {}))
            return connection.getresponse().status
        finally:
            connection.close()

    def post(self, delivery: str, signature: str) -> int:
        headers = {
            "X-GitHub-Event": "ping",
            "X-GitHub-Delivery": delivery,
            "X-Hub-Signature-256": signature,
            "Content-Type": "application/json",
        }
        return self.ask("POST", "/webhook", BODY, headers)

    def wait_until_alive(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            try:
                assert self.ask("GET", "/healthz") == 200
            except ConnectionRefusedError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(self.output)

    @property
    def output(self) -> str:
        return (self.folder / "output.txt").read_text("utf-8")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def start(folder: Path, key: str, port: int, **more: str) -> Serving:
    """Run `gonogo serve` in the folder with settings of its own."""
    given = {
        "GONOGO_APP_ID": "1",
        "GONOGO_PRIVATE_KEY": key,
        "GONOGO_WEBHOOK_SECRET": SECRET,
        "GONOGO_HOST": "127.0.0.1",
        "GONOGO_PORT": str(port),
        "GONOGO_GITHUB_API_URL": "http://127.0.0.1:9",  # nobody is there: GitHub is not to be reached from here
        **more,
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GONOGO_")}
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [GONOGO, "serve"], cwd=folder, env=inherited | given, stdout=output, stderr=output
        )
    return Serving(process=process, folder=folder, port=port)


@pytest.fixture(scope="module")
def key() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def serving(tmp_path: Path, key: str) -> Iterator[Serving]:
    serving = start(tmp_path, key, free_port())
    try:
        yield serving
    finally:
        serving.process.kill()
        serving.process.wait()


def test_deliveries_are_stored_once_and_survive_the_end(serving: Serving) -> None:
    serving.wait_until_alive()
    signature = "sha256=" + hmac.digest(SECRET.encode(), BODY, "sha256").hex()
    assert serving.ask("GET", "/readyz") == 200
    assert [serving.post("d-1", signature), serving.post("d-1", signature)] == [202, 200]
    assert serving.post("d-2", "sha256=" + "0" * 64) == 401
    assert serving.ask("POST", "/webhook", BODY, {"Content-Type": "application/json"}) == 401

    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.wait(20) == 0
    with sqlite3.connect(serving.folder / "var" / "gonogo.db") as database:
        stored = database.execute("SELECT id, event, payload FROM deliveries").fetchall()
    database.close()
    assert stored == [("d-1", "ping", BODY)]
    assert "Traceback" not in serving.output
    assert SECRET not in serving.output
    assert [json.loads(line)["event"] for line in serving.output.splitlines() if "delivery." in line] == [
        "delivery.stored",
        "delivery.repeated",
        "delivery.refused",
        "delivery.refused",
    ]


ENDLESS = {
    "address": (b"POST /", b"a" * 1000),
    "header": (b"POST /webhook HTTP/1.1\r\nHost: gonogo\r\nX-Long: ", b"a" * 1000),
    "headers": (b"POST /webhook HTTP/1.1\r\nHost: gonogo\r\n", b"X-Many: a\r\n" * 100),
    "trailers": (CHUNKED + b"0\r\n", b"X-Trailer: a\r\n" * 100),
    "crumbs": (CHUNKED, b"1\r\na\r\n" * 100),
}


def is_cut_off(port: int, begin: bytes, more: bytes) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as stranger:
        try:
            stranger.sendall(begin + more * 1_000)
            return stranger.recv(1) == b""
        except ConnectionError:
            return True


def test_d14_who_sends_headers_without_end_is_hung_up_on(serving: Serving) -> None:
    serving.wait_until_alive()
    assert {name: is_cut_off(serving.port, *parts) for name, parts in ENDLESS.items()} == dict.fromkeys(ENDLESS, True)
    assert serving.ask("GET", "/healthz", headers={"X-Usual": "a" * 8_000}) == 200
    assert serving.output.count("request.cut_off") == len(ENDLESS)


def test_a_proxy_before_it_may_keep_its_connections(serving: Serving) -> None:
    serving.wait_until_alive()
    with closing(HTTPConnection("127.0.0.1", serving.port, timeout=PATIENCE)) as kept:
        kept.request("GET", "/healthz")
        kept.getresponse().read()
        ours = kept.sock
        time.sleep(6)  # by default uvicorn would have hung up after 5
        kept.request("GET", "/healthz")
        assert (kept.getresponse().status, kept.sock) == (200, ours)


def test_ctrl_c_ends_it_as_well(serving: Serving) -> None:
    serving.wait_until_alive()
    serving.process.send_signal(signal.SIGINT)
    assert serving.process.wait(20) == 0
    assert "Traceback" not in serving.output


def test_a_taken_port_is_told(tmp_path: Path, key: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        serving = start(tmp_path, key, port)
        assert serving.process.wait(PATIENCE) == 2
    assert f"Cannot listen on 127.0.0.1 port {port}" in serving.output
    assert "Choose another port" in serving.output
    assert "Traceback" not in serving.output


def test_a_key_that_is_none_is_told_and_not_shown(tmp_path: Path) -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIhunter2\n-----END RSA PRIVATE KEY-----"
    serving = start(tmp_path, key, free_port())
    assert serving.process.wait(PATIENCE) == 2
    assert "The private key cannot be used" in serving.output
    assert "MIIhunter2" not in serving.output
    assert "Traceback" not in serving.output


def ssh_key(folder: Path, mode: int = 0o600) -> Path:
    made = ed25519.Ed25519PrivateKey.generate()
    path = folder / "signing-key"
    path.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    path.chmod(mode)
    return path


def test_the_key_that_signs_tags_is_taken_up_and_told_of_by_its_fingerprint(tmp_path: Path, key: str) -> None:
    path = ssh_key(tmp_path, 0o644)
    serving = start(tmp_path, key, free_port(), GONOGO_TAG_SIGNING_KEY_FILE=str(path))
    try:
        serving.wait_until_alive()
    finally:
        serving.process.kill()
        serving.process.wait()
    told = [json.loads(line) for line in serving.output.splitlines() if "signing." in line]
    assert [(line["event"], line["level"]) for line in told] == [
        ("signing.key_open_to_others", "warning"),
        ("signing.key_loaded", "info"),
    ]
    assert told[1]["fingerprint"].startswith("SHA256:")
    assert not any(line in serving.output for line in path.read_text().splitlines())


def test_a_signing_key_that_cannot_sign_is_told_before_anything_is_served(tmp_path: Path, key: str) -> None:
    path = tmp_path / "signing-key"
    path.write_text(key)
    serving = start(tmp_path, key, free_port(), GONOGO_TAG_SIGNING_KEY_FILE=str(path))
    assert serving.process.wait(PATIENCE) == 2
    said = " ".join(serving.output.replace("\n", " ").split())
    assert "Tags cannot be signed: GONOGO_TAG_SIGNING_KEY_FILE" in said
    assert "holds a private key in PEM form" in said
    assert "Traceback" not in serving.output
    assert not any(line in serving.output for line in key.splitlines()[1:-1])
