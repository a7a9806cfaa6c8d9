"""Who may ask, from where, how much; and what a browser is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from deqi.errors import DeqiError
from deqi.web import Settings
from deqi.web.security import POLICY, alike, same_origin
from deqi.web.settings import is_loopback
from deqi.web.users import COOKIE, known, new_cookie, secret_of

TOKEN = "a-token-of-some-length"


@pytest.mark.parametrize("path", ["/about", "/api/about", "/nowhere", "/static/base.css", "/healthz"])
def test_every_answer_has_the_headers(client, path):
    headers = client.get(path).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"


def test_the_policy_lets_nothing_inline_and_nothing_from_elsewhere():
    assert "unsafe" not in POLICY
    assert "default-src 'self'" in POLICY
    assert "base-uri 'none'" in POLICY
    assert "://" not in POLICY


def test_pages_hold_nothing_that_the_policy_forbids(client):
    for path in ("/about", "/nowhere"):
        page = client.get(path, headers={"accept": "text/html"}).text
        assert "<html" in page
        assert " style=" not in page
        assert "<style" not in page
        assert " on" + "click=" not in page
        assert page.count("<script") == page.count("<script src=") + page.count('<script type="module" src=')
        assert "http://" not in page
        assert "https://" not in page


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "", "[", "a b"]
)
def test_a_name_that_is_not_ours_is_refused(client, host):
    answer = client.get("/api/about", headers={"host": host})
    assert answer.status_code == 400
    assert answer.json()["error"]["where"] == "Host"


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
def test_names_of_loopback_are_ours(client, host):
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:8000.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_page_of_another_server_changes_nothing(client, headers):
    answer = client.post("/api/jobs", json={"trial": "gerac"}, headers=headers)
    assert answer.status_code == 403
    assert client.get("/api/jobs").json() == {"jobs": []}


def test_our_own_page_may():
    own = {"host": "localhost:8000", "origin": "http://localhost:8000", "sec-fetch-site": "same-origin"}
    assert same_origin(Headers(own))
    assert same_origin(Headers({"host": "localhost:8000"}))


def test_a_body_that_is_too_long_is_refused_whether_or_not_it_says_so(application):
    client = application(limits={"body_bytes": 100})
    for content in (b"x" * 101, iter([b"x" * 60, b"x" * 60])):
        answer = client.post("/api/jobs", content=content, headers={"content-type": "application/json"})
        assert answer.status_code == 413, answer.text
        assert "100 bytes" in answer.json()["error"]["says"]
    assert client.post("/api/jobs", content=b"{" + b" " * 99).status_code == 422


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "\u00b2"])
def test_a_length_that_is_none_is_refused(client, length):
    headers = {b"content-length": length.encode("latin-1")}
    assert client.get("/about", headers=headers).status_code == 400


class TestToken:
    @pytest.fixture
    def guarded(self, application):
        return application(host="0.0.0.0", token=TOKEN)

    @pytest.mark.parametrize("path", ["/", "/about", "/api/about", "/api/openapi.json", "/api/jobs"])
    def test_without_it_nothing_is_told(self, guarded, path):
        answer = guarded.get(path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert TOKEN not in answer.text

    @pytest.mark.parametrize("shown", ["", TOKEN[:-1], TOKEN + "x", "é", TOKEN.upper()])
    def test_another_is_none(self, guarded, shown):
        header = f"Bearer {shown}".encode()
        assert guarded.get("/api/about", headers={"authorization": header}).status_code == 401
        assert guarded.get("/about", params={"token": shown}, follow_redirects=False).status_code == 401

    def test_it_is_taken_as_a_header(self, guarded):
        assert guarded.get("/api/about", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200

    def test_it_is_taken_from_an_address_once_and_is_a_cookie_then(self, guarded):
        first = guarded.get("/about", params={"token": TOKEN, "a": "1 2"}, follow_redirects=False)
        assert first.status_code == 303
        assert first.headers["location"] == "/about?a=1+2"
        cookie = first.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert TOKEN not in cookie
        assert guarded.get("/about").status_code == 200

    def test_the_redirect_stays_here(self, guarded):
        there = guarded.get(f"http://localhost//evil.example/?token={TOKEN}", follow_redirects=False)
        assert there.status_code == 303
        assert there.headers["location"].startswith("/evil.example")

    def test_static_files_and_health_need_none(self, guarded):
        assert guarded.get("/static/base.css").status_code == 200
        assert guarded.get("/healthz").status_code == 200

    def test_any_name_will_do_where_a_token_guards(self, guarded):
        headers = {"authorization": f"Bearer {TOKEN}", "host": "lab.example"}
        assert guarded.get("/api/about", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("host", "token", "message"),
    [
        ("0.0.0.0", "", "no token"),
        ("192.0.2.1", "", "no token"),
        ("::", "", "no token"),
        ("127.0.0.1", "short", "guessed"),
    ],
)
def test_what_others_can_reach_needs_a_token_of_some_length(tmp_path, host, token, message):
    with pytest.raises(DeqiError, match=message):
        Settings(tmp_path, host=host, token=token)


def test_loopback_is_more_than_one_address():
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.1.2.3", "::1")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "10.0.0.1", "localhost.example", "")))


class TestUsers:
    def test_a_page_brings_a_cookie_and_keeps_it(self, application):
        client = application()
        first = client.get("/about")
        assert COOKIE in first.cookies
        assert "SameSite=strict" in first.headers["set-cookie"]
        assert COOKIE not in client.get("/about").cookies

    def test_a_cookie_that_we_did_not_make_is_nobody(self, tmp_path):
        ours = secret_of(tmp_path)
        assert secret_of(tmp_path) == ours
        assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
        cookie = new_cookie(ours)
        assert known(ours, cookie)
        assert not known(ours, cookie[:-1] + ("0" if cookie[-1] != "0" else "1"))
        assert not known(b"another", cookie)

    @given(st.text(max_size=60))
    def test_no_text_is_a_cookie(self, text):
        assert known(b"secret", text.encode("utf-8", "replace").decode("latin-1")) == ""


@given(st.text(max_size=40), st.text(max_size=40))
def test_secrets_are_alike_if_they_are_the_same(one, other):
    one, other = (text.encode("utf-8", "replace").decode() for text in (one, other))
    assert alike(one, other) == (one == other)
    assert alike(one, one)
