"""What the OpenAPI document says is what the server does: every address, method, status and field."""

import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import jsonschema_rs
import pytest
from site_server import KEY, ROOT, running

SOURCES = ROOT / "Sources/ChatNode/HTTP"
ANSWERS = ["Health", "SignIn", "Rooms", "History", "Message", "Members", "Receipt", "User", "Status", "Activity", "Put", "Lifted"]
ANSWERS += ["Ruling", "Rulings", "Log", "Connections", "Deletion", "Error"]
ELSEWHERE = {
    ("Receipt", "replicas"): "with --ack-replicas alone",
    ("Deletion", "replicas"): "with --ack-replicas alone",
    ("Status.broker", "detail"): "while Redis is away",
    ("Ruling", "source"): "of an address that follows from a ban",
}
"""Fields that a server in memory does not give: StatusTests, ModerationTests and ReplicationTests have them."""


def filled(path: str) -> str:
    """An address with something in its places."""
    return path.format(room="lobby", id="0" * 20, user="u1")


def test_the_document_is_one_of_openapi(site, contract):
    assert contract.document["openapi"].startswith("3.1")
    assert site.ask("GET", "/healthz").fields["server"] == f"ChatServer/{contract.document['info']['version']}"
    ids = [operation["operationId"] for _, _, operation in contract.operations()]
    assert len(ids) == len(set(ids)) > 25
    for schema in contract.document["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema | {"$schema": "https://json-schema.org/draft/2020-12/schema"})


def test_every_address_in_the_code_is_in_the_document_and_no_other(contract):
    groups = {"router": "/", "api": "/api/", "admin": "/admin/"}
    code = {"/", "/ws", "/openapi.yaml", "/chat.v1.schema.json"}
    for file in SOURCES.rglob("*.swift"):
        for group, path in re.findall(r'\b(router|api|admin)\.serve\(\s*"([^"]+)"', file.read_text()):
            code.add(groups[group] + re.sub(r":(\w+)", r"{\1}", path))
    verbs = (ROOT / "Sources/ChatCore/Moderation/Order+Fields.swift").read_text()
    code |= {f"/admin/{verb}" for verb in re.search(r"enum Verb.*?case ([a-z, ]+)", verbs, re.S)[1].split(", ")}
    assert code == set(contract.paths)


def test_every_address_has_the_methods_that_it_says(site, contract):
    for path in contract.paths:
        methods = contract.methods(path)
        allowed = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
        answer = site.ask("OPTIONS", filled(path))
        assert (answer.status, answer.body) == (204, b"")
        assert set(answer.fields["allow"].split(", ")) == allowed, path
        for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "TRACE"} - allowed:
            refused = site.ask(method, filled(path))
            assert (refused.status, refused.code) == (405, "bad_command"), f"{method} {path}"
            assert refused.fields["allow"] == answer.fields["allow"]


def test_every_answer_has_the_fields_that_it_says_and_every_field_comes(site, contract, tmp_path):
    def seen(path: str, method: str, answer, status: int):
        assert answer.status == status, answer
        contract.check(path, method, answer)
        return answer.json if "json" in answer.fields.get("content-type", "") else None

    for path in ("/healthz", "/readyz", "/api/page", "/", "/openapi.yaml", "/chat.v1.schema.json"):
        seen(path, "GET", site.ask("GET", path), 200)
    tag = site.ask("GET", "/openapi.yaml").fields["etag"]
    seen("/openapi.yaml", "GET", site.ask("GET", "/openapi.yaml", If_None_Match=tag), 304)
    seen("/metrics", "GET", site.ask("GET", "/metrics", Authorization=f"Bearer {KEY}"), 200)
    messages, key = "/api/rooms/{room}/messages", str(uuid.uuid4())
    for status in (201, 200):
        post = site.ask("POST", filled(messages), {"text": "hi", "kind": "action", "name": "ops"}, Idempotency_Key=key)
        receipt = seen(messages, "POST", post, status)
    with site.member("lobby", "Mina") as welcome, site.member("lobby", "Juno"), site.member("den", "Mina"):
        user = welcome["user"]["id"]
        members = "/api/rooms/{room}/members"
        seen(members, "GET", site.ask("GET", filled(members) + "?limit=1"), 200)
        for query in ("?limit=1", ""):
            seen("/api/rooms", "GET", site.ask("GET", f"/api/rooms{query}"), 200)
        connections = "/admin/users/{user}/connections"
        seen(connections, "GET", site.admin("GET", connections.removeprefix("/admin/").format(user=user)), 200)
        deletion = {"room": "lobby", "seq": receipt["seq"], "reason": "spam", "by": "Ada"}
        seen("/admin/delete", "POST", site.admin("POST", "delete", deletion), 200)
    seen(messages, "GET", site.ask("GET", filled(messages)), 200)
    # Some of these are about addresses; those of the tests' own are left alone.
    orders = [
        ("ban", {"address": "192.0.2.0/24", "seconds": 60, "reason": "spam", "by": "Ada"}),
        ("ban", {"user": "u1", "room": "lobby"}), ("mute", {"subject": "mina", "issuer": "https://login.example"}),
        ("kick", {"user": "u1", "room": "lobby"}), ("close", {"room": "closed", "seconds": 60}),
        ("slow", {"room": "slow", "seconds": 5}), ("words", {"room": "words", "words": ["spam"]}),
        ("revoke", {"token": "jti"}), ("revoke", {"user": "u1", "before": 5}),
        ("reserve", {"name": "Ada", "user": "u1"}),
    ]
    for verb, order in orders:
        seen(f"/admin/{verb}", "POST", site.admin("POST", verb, order), 201)
    rulings = seen("/admin/rulings", "GET", site.admin("GET", "rulings?limit=1"), 200)
    seen("/admin/rulings", "GET", site.admin("GET", "rulings"), 200)
    ruling = rulings["rulings"][0]["id"]
    seen("/admin/rulings/{id}", "DELETE", site.admin("DELETE", f"rulings/{ruling}"), 200)
    lifts = [
        ("unban", {"address": "192.0.2.0/24"}), ("unban", {"user": "u1", "room": "lobby"}), ("open", {"room": "closed"}),
        ("unmute", {"subject": "mina", "issuer": "https://login.example"}), ("slow", {"room": "slow", "seconds": 0}),
        ("words", {"room": "words", "words": []}), ("unrevoke", {"token": "jti"}), ("unrevoke", {}),
        ("unreserve", {"name": "Ada"}), ("clear", {"room": "lobby"}),
    ]
    for verb, order in lifts:
        seen(f"/admin/{verb}", "POST", site.admin("POST", verb, order), 200)
    seen("/admin/log", "GET", site.admin("GET", "log?limit=1"), 200)
    seen("/admin/log", "GET", site.admin("GET", "log"), 200)
    where_something_is_limited(contract, tmp_path)
    unseen = {field for name in ANSWERS for field in contract.fields(name)} - contract.seen
    assert unseen == set(ELSEWHERE)


def where_something_is_limited(contract, folder) -> None:
    """What comes only where a limit refuses something, somebody is banned, or people sign in."""
    path = "/api/rooms/{room}/messages"
    sign_in = ["--token-url", "/token", "--login-url", "https://login.example/"]
    with running(folder, "--send-burst", "1", "--send-rate", "1", *sign_in) as site:
        contract.check("/api/page", "get", site.ask("GET", "/api/page"))
        # However slow the machine is, some of many that come at once are too many.
        with ThreadPoolExecutor(16) as threads:
            answers = list(threads.map(lambda _: site.ask("POST", filled(path), {"text": "hi"}), range(64)))
        refused = [answer for answer in answers if answer.status != 201]
        assert {(answer.status, answer.code) for answer in refused} == {(429, "rate_limited")}
        contract.check(path, "post", refused[0])
        contract.check("/api/status", "get", site.ask("GET", "/api/status"))
        site.admin("POST", "ban", {"address": "127.0.0.1", "room": "lobby", "seconds": 600, "reason": "spam"})
        banned = site.ask("GET", filled(path))
        assert (banned.status, banned.code) == (403, "banned")
        contract.check(path, "get", banned)


def test_every_address_of_moderators_needs_the_key(site, contract):
    for path, method, operation in contract.operations():
        if operation.get("security") != [{"adminKey": []}]:
            continue
        answer = site.ask(method.upper(), filled(path), {})
        # For everybody else there are no metrics.
        refusal = (404, "not_found") if path == "/metrics" else (401, "unauthorized")
        assert (answer.status, answer.code) == refusal, f"{method} {path}"
        assert path == "/metrics" or answer.fields["www-authenticate"] == "Bearer"
        contract.check(path, method, answer)


def test_a_stream_begins_with_the_head_that_it_says(site, contract):
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    streams = [
        ("/api/rooms/{room}/events", "GET", b"", {}), ("/api/events", "GET", b"", {}),
        ("/api/events", "POST", b"room=lobby&name=Mina", form),
    ]
    for path, method, body, fields in streams:
        for accept in ("text/event-stream", "*/*"):
            contract.check(path, method, site.begin(method, filled(path), body, Accept=accept, **fields))
    for fields in ({"Content_Type": "application/json"}, {}):
        refused = site.ask("POST", "/api/events", b"room=lobby", **fields)
        assert (refused.status, refused.code) == (415, "bad_command")
        contract.check("/api/events", "POST", refused)


def test_a_command_is_answered_as_on_a_websocket(site, contract):
    welcome = site.begin("GET", "/api/events?name=Mina").body.decode()
    session = json.loads(re.search(r"data: (.*)", welcome)[1])["session"]
    answer = site.ask("POST", "/api/commands", {"type": "ping", "id": 7}, Authorization=f"Bearer {session}")
    assert (answer.status, answer.json["id"]) == (200, 7)
    contract.check("/api/commands", "POST", answer)
    for command in ("hello", "join", "leave", "refresh", "nothing"):
        refused = site.ask("POST", "/api/commands", {"type": command}, Authorization=f"Bearer {session}")
        assert refused.status == 400, command
        contract.check("/api/commands", "POST", refused)


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0, */*", "text/event-stream"])
def test_whoever_takes_no_json_is_told_so_and_nothing_is_done(site, contract, accept):
    for path, method, operation in contract.operations():
        if "406" not in operation["responses"]:
            continue
        answer = site.ask(method.upper(), filled(path), Accept=accept)
        assert (answer.status, answer.code) == (406, "bad_command"), f"{method} {path}"
        contract.check(path, method, answer)
    room = f"room-{uuid.uuid4().hex[:8]}"
    site.ask("POST", f"/api/rooms/{room}/messages", {"text": "hi"}, Accept=accept)
    assert site.ask("GET", f"/api/rooms/{room}/messages").json["messages"] == []
    for path in ("/healthz", "/readyz", "/"):
        assert site.ask("GET", path, Accept=accept).status == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/", "/api/page", "/api/rooms", "/api/status", "/api/nothing", "/openapi.yaml"])
def test_head_is_get_without_the_body(site, path):
    get, head = site.ask("GET", path), site.ask("HEAD", path)
    changing = {"date", "content-length"} if path == "/api/status" else {"date"}
    assert (head.status, head.body) == (get.status, b"")
    assert {n: v for n, v in head.fields.items() if n not in changing} == {n: v for n, v in get.fields.items() if n not in changing}


HEAD = b" HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /api/rooms/lobby/messages" + HEAD + b"Content-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("request_bytes", "status", "code"),
    [
        (b"GET /api/nothing" + HEAD + b"\r\n", 404, "not_found"),
        (b"GET /nothing" + HEAD + b"\r\n", 404, "not_found"),
        (b"DELETE /admin/rulings/nothing" + HEAD + b"Authorization: Bearer 0123456789abcdef\r\n\r\n", 404, "not_found"),
        (b"PUT /api/rooms" + HEAD + b"\r\n", 405, "bad_command"),
        (b"POST /ws" + HEAD + b"\r\n", 405, "bad_command"),
        (POST + b"Content-Length: 70000\r\n\r\n", 413, "text_too_long"),
        (POST + b'Content-Length: 9012\r\n\r\n{"text":"' + b"x" * 9001 + b'"}', 413, "text_too_long"),
        (b"GET /" + b"x" * 9000 + HEAD + b"\r\n", 414, "bad_command"),
        (POST.replace(b"application/json", b"application/jsonx") + b"Content-Length: 2\r\n\r\n{}", 415, "bad_command"),
        (POST.replace(b"application/json", b"text/plain") + b"Content-Length: 2\r\n\r\n{}", 415, "bad_command"),
        (POST + b"Expect: more\r\nContent-Length: 2\r\n\r\n{}", 417, "bad_command"),
        (b"GET /api/rooms HTTP/1.1\r\nHost: other.example\r\n\r\n", 421, "forbidden"),
        (b"GET /ws" + HEAD + b"\r\n", 426, "bad_command"),
        (b"GET /" + HEAD + b"X: " + b"x" * 17000 + b"\r\n\r\n", 431, "bad_command"),
        (b"GET /" + HEAD + b"".join(b"X%d: x\r\n" % number for number in range(101)) + b"\r\n", 431, "bad_command"),
        (b"BREW /" + HEAD + b"\r\n", 501, "bad_command"),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501, "bad_command"),
        (b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505, "bad_command"),
        (b"GET /\r\n\r\n", 400, "bad_command"),
    ],
)
def test_every_refusal_is_json(site, contract, request_bytes, status, code):
    answer = site.send(request_bytes)
    assert (answer.status, answer.code) == (status, code), answer
    contract.validate({"$ref": "#/components/schemas/Error"}, answer.json)
    assert answer.fields["cache-control"] == "no-store"


def test_both_documents_have_the_same_codes_kinds_and_messages(site, contract):
    schemas, messages = contract.document["components"]["schemas"], site.ask("GET", "/chat.v1.schema.json").json["$defs"]
    jsonschema_rs.meta.validate(site.ask("GET", "/chat.v1.schema.json").json)
    assert schemas["ErrorCode"]["enum"] == messages["error_code"]["enum"]
    assert schemas["Kind"]["enum"] == messages["kind"]["enum"]
    assert set(schemas["Message"]["properties"]) == set(messages["events"]["message"]["properties"])
    assert set(schemas["Message"]["required"]) == set(messages["events"]["message"]["required"])


def test_the_conversation_in_the_protocol_keeps_the_schema(site):
    schema = site.ask("GET", "/chat.v1.schema.json").json
    text = (ROOT / "docs/PROTOCOL.md").read_text().partition("## 10 A conversation")[2]
    lines = [line for line in text.splitlines() if line.startswith(("→ ", "← "))]
    checked = 0
    for line in lines:
        if ",…" in line:
            continue
        side = "from_client" if line.startswith("→") else "from_server"
        part = {"$schema": schema["$schema"], "$ref": f"#/$defs/{side}", "$defs": schema["$defs"]}
        # Secrets and ids are cut there.
        jsonschema_rs.validate(part, json.loads(line[2:].replace("…", "x")))
        checked += 1
    assert checked > 5
