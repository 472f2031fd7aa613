"""`gonogo demo` starts, ends and refuses as a command of the terminal should."""

import socket
from collections.abc import Callable
from http.client import HTTPConnection

import psutil
import pytest

from tests.browser.conftest import PATIENCE, Demo, free_port

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

Start = Callable[[int], Demo]


def test_ctrl_c_in_the_middle_of_the_story_leaves_nothing_behind(start_demo: Start) -> None:
    demo = start_demo(free_port())
    demo.wait_until_told("Phase 1: each lead runs the task of their role")
    folders = [one.name for one in demo.temporary.iterdir()]
    children = demo.children()
    assert demo.interrupt() == 0
    assert demo.output.rstrip().endswith("Stopped. Nothing is left behind.")
    assert "Traceback" not in demo.output
    assert (len(folders), list(demo.temporary.iterdir())) == (1, [])
    assert [child for child in children if child.is_running()] == []
    with socket.create_server(("127.0.0.1", demo.port)):
        pass  # the port is free again


def test_ctrl_c_does_not_wait_for_a_visitor_who_is_still_there(start_demo: Start) -> None:
    demo = start_demo(free_port())
    demo.wait_until_told("release-manager starts release 1.0.0")
    visitor = HTTPConnection("127.0.0.1", demo.port, timeout=PATIENCE)
    visitor.request("GET", "/live")
    answer = visitor.getresponse()
    assert (answer.status, b'id="live"' in answer.read()) == (200, True)
    assert demo.interrupt() == 0
    visitor.close()
    assert list(demo.temporary.iterdir()) == []


def test_a_taken_port_is_said_clearly(start_demo: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        demo = start_demo(port)
        assert demo.process.wait(PATIENCE) == 2
    assert f"port {port}" in demo.output
    assert "Choose another port" in demo.output
    assert "Traceback" not in demo.output
    assert list(demo.temporary.iterdir()) == []


def test_only_this_machine_is_listened_to(start_demo: Start) -> None:
    demo = start_demo(free_port())
    demo.wait_until_told("Open http://")
    listening = [one.laddr for one in psutil.Process(demo.process.pid).net_connections("tcp") if one.status == "LISTEN"]
    assert [address.ip for address in listening] == ["127.0.0.1", "127.0.0.1"]
