"""One writer at a time, among threads and among processes."""

import subprocess
import sys
import threading

import pytest

from common.one_writer import OneWriter

HOLD = """
import sys
from pathlib import Path
from common.one_writer import OneWriter
writer = OneWriter(Path(sys.argv[1]))
writer.acquire(timeout_s=60)
print("mine", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that has the right to write."""
    path = tmp_path / "house.db"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "mine\n"
        yield path, process
        process.kill()


def test_a_thread_gives_up_when_another_keeps_it(tmp_path):
    writer = OneWriter(tmp_path / "house.db")
    assert writer.acquire(timeout_s=1)
    assert not writer.acquire(timeout_s=0.01)
    writer.release()
    assert writer.acquire(timeout_s=1)
    writer.release()


def test_a_process_that_is_killed_hands_it_on(holder):
    path, process = holder
    writer, got = OneWriter(path), threading.Event()

    def take():
        writer.acquire(timeout_s=60)
        got.set()

    thread = threading.Thread(target=take)
    thread.start()
    assert not got.is_set()
    process.kill()

    assert got.wait(60)
    thread.join(60)
    writer.release()


def test_a_database_of_one_process_needs_no_file(tmp_path):
    writer = OneWriter(None)
    assert writer.acquire(timeout_s=1)
    writer.release()
    assert list(tmp_path.iterdir()) == []
