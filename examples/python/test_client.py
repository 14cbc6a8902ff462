# What does your client make of a refusal? pytest, and nothing else: pytest examples/python
import http.client
import urllib.error
import urllib.request

import pytest


def get_price(url, attempts=3, sleep=lambda seconds: None):
    """The client under test: waits as long as it is told, and tries again."""
    for attempt in range(attempts):
        try:
            with urllib.request.urlopen(url) as response:
                return response.status
        except urllib.error.HTTPError as error:
            if error.code != 429 or attempt == attempts - 1:
                raise
            sleep(int(error.headers["Retry-After"]))


def test_it_waits_for_a_rate_limit(edge):
    edge.call("script", steps=[{"code": 1015, "retryAfter": 30}, 1015, "pass"])
    waits = []
    assert get_price(edge.url, sleep=waits.append) == 200
    assert waits == [30, 10]
    assert [request["status"] for request in edge.get("requests")] == [429, 429, 200]


def test_it_gives_up_where_it_is_blocked(edge):
    edge.call("block-next", code=1006, rule="too many scrapers")
    with pytest.raises(urllib.error.HTTPError) as refused:
        get_price(edge.url)
    assert refused.value.code == 403
    event = edge.call("wait-for-event", rule="too many scrapers")
    assert refused.value.headers["CF-RAY"].startswith(event["ray"])


def test_it_does_not_hide_a_connection_that_was_reset(edge):
    edge.call("drop-next")
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        get_price(edge.url)


def test_rules_of_its_own(edge):
    edge.call("use", rules=[{"name": "no Python", "when": {"user_agent": "Python-urllib"}, "action": "block"}])
    with pytest.raises(urllib.error.HTTPError):
        get_price(edge.url)
    assert edge.get("requests")[0]["rule"] == "no Python"
