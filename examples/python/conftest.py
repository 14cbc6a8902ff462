# An edge for all tests of a run, as it was at its start before each of them.
import json
import os
import shlex
import subprocess
import urllib.request

import pytest

COMMAND = os.environ.get("EDGE1020", "npx edge1020")


class Edge:
    """The edge, and the test routes of its admin port."""

    def __init__(self, url, admin):
        self.url = url
        self.admin = admin

    def _ask(self, name, data=None):
        request = urllib.request.Request(f"{self.admin}/api/test/{name}", data=data)
        request.add_header("content-type", "application/json")
        with urllib.request.urlopen(request) as response:
            return json.load(response)

    def call(self, name, **options):
        return self._ask(name, json.dumps(options).encode())

    def get(self, name):
        return self._ask(name)[name]


@pytest.fixture(scope="session")
def started():
    rules = os.path.join(os.path.dirname(__file__), "rules.yaml")
    flags = f"serve --overrides --rules {shlex.quote(rules)} --store memory --port 0 --admin-port 0 --json"
    process = subprocess.Popen(
        shlex.split(f"{COMMAND} {flags}"), stdout=subprocess.PIPE, text=True
    )
    about = json.loads(process.stdout.readline())
    yield Edge(about["url"].rstrip("/"), about["admin"].rstrip("/"))
    process.terminate()
    process.wait()


@pytest.fixture
def edge(started):
    started.call("reset")
    return started
