"""A stand-in on loopback for the parts of GitHub's and GitLab's REST interfaces that we speak to."""

from __future__ import annotations

import io
import json
import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "token-of-the-test"
REPOSITORY = "acme/policies"


@dataclass
class Trouble:
    """An answer given instead of the right one; `done` says that the request is carried out all the same."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    done: bool = False


@dataclass
class Hub:
    """What the forge holds. `troubles` maps "METHOD path-regexp" to answers, used up one by one."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    zips: dict[int, bytes] = field(default_factory=dict)
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    dispatched: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    merges: list[dict[str, Any]] = field(default_factory=list)
    members: dict[int, int] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    landed: list[dict[str, Any]] = field(default_factory=list)
    land: Callable[[dict[str, Any]], str] = lambda body: f"{hash(body['branch']) % 16**8:040x}"
    writers: set[str] = field(default_factory=set)
    reactions: list[tuple[int, str]] = field(default_factory=list)
    troubles: dict[str, list[Trouble]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    url: str = ""
    store: str = ""

    def say(self, author: str, body: str) -> int:
        """Add a comment of somebody."""
        number, now = len(self.comments) + 1, datetime.now(UTC).isoformat()
        who = {"user": {"login": author}, "author": {"username": author, "id": 77}}
        self.comments.append({"id": number, **who, "body": body, "created_at": now, "updated_at": now})
        return number

    def pull(self, number: int, sha: str, *, owner: str = "acme", branch: str = "edit", base: str = "main") -> None:
        """Open a pull request."""
        repository = {"full_name": f"{owner}/policies", "owner": {"login": owner}}
        head = {"ref": branch, "sha": sha, "repo": repository}
        self.pulls.append({"number": number, "state": "open", "head": head, "base": {"ref": base, "sha": "b" * 40}})

    def leave(self, run: int, data: bytes, *, name: str = "policy-report", size: int | None = None) -> None:
        """Leave an artifact behind."""
        number = len(self.artifacts) + 1
        self.zips[number] = data
        row = {"id": number, "name": name, "size_in_bytes": len(data) if size is None else size, "expired": False}
        self.artifacts.append({**row, "run": run})

    def paths(self, method: str) -> list[str]:
        """Return the paths that were asked for by a method."""
        return [call.split(" ")[1] for call in self.calls if call.startswith(f"{method} ")]


def packed(files: dict[str, str | bytes]) -> bytes:
    """Return a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Say nothing."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        path = unquote(parts.path).replace("/api/v3/", "/").replace("/api/v4/", "/")
        query = {k: v[0] for k, v in parse_qs(parts.query).items()}
        body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"null")
        self.hub.calls.append(f"{self.command} {path}")
        said = self.headers.get("authorization") or self.headers.get("private-token") or ""
        self.hub.tokens[path] = said
        for pattern, answers in self.hub.troubles.items():
            method, _, route = pattern.partition(" ")
            if answers and method == self.command and re.search(route, path):
                trouble = answers.pop(0)
                if trouble.done:
                    self._answer(path, query, body)
                return self._send(trouble.status, trouble.body, trouble.headers)
        if not path.startswith("/store/") and TOKEN not in said:
            return self._send(401, b'{"message": "Bad credentials"}', {})
        status, found, headers = self._answer(path, query, body)
        return self._send(status, found if isinstance(found, bytes) else json.dumps(found).encode(), headers)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 - the names are http.server's

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in {"content-type": "application/json", **headers}.items():
            self.send_header(key, value)
        data = b"" if status == 204 else data
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _answer(self, path: str, query: dict[str, str], body: Any) -> tuple[int, Any, dict[str, str]]:
        github, gitlab, gitee = f"/repos/{REPOSITORY}/", "/projects/7/", f"/api/v5/repos/{REPOSITORY}/"
        if path.startswith("/store/"):
            return 200, self.hub.zips[int(path.rsplit("/", 1)[1])], {}
        if path in {"/user", "/api/v5/user"}:
            return 200, {"username": "policy-bot", "login": "policy-bot"}, {}
        for prefix, route in ((github, _github), (gitlab, _gitlab), (gitee, _gitee)):
            if path.startswith(prefix):
                found = route(self.hub, self.command, path.removeprefix(prefix), query, body)
                if isinstance(found[1], list):
                    rows, headers = self._page(found[1], query)
                    return 200, rows, {} if prefix == gitee else headers
                return (
                    *found,
                    {"location": found[1].pop("location")}
                    if isinstance(found[1], dict) and "location" in found[1]
                    else {},
                )
        return 404, {"message": "Not Found"}, {}

    def _page(self, rows: list[Any], query: dict[str, str]) -> tuple[list[Any], dict[str, str]]:
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        here = rows[(page - 1) * size : page * size]
        if page * size >= len(rows):
            return here, {}
        following = re.sub(r"&page=\d+", "", self.path) + f"&page={page + 1}"
        return here, {"link": f'<{self.hub.url}{following}>; rel="next", <{self.hub.url}{self.path}>; rel="first"'}


def _github(hub: Hub, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:  # noqa: PLR0911, PLR0912, C901
    if found := re.fullmatch(r"issues/(\d+)/comments", path):
        if method == "GET":
            return 200, [c for c in hub.comments if not c.get("gone")]
        return 201, hub.comments[hub.say("github-actions[bot]", body["body"]) - 1]
    if found := re.fullmatch(r"issues/comments/(\d+)(/reactions)?", path):
        return _one(hub, method, int(found[1]), body)
    if re.fullmatch(r"issues/\d+/labels", path):
        if method == "GET":
            return 200, [{"name": name} for name in sorted(hub.labels)]
        hub.labels |= set(body["labels"])
        return 200, {}
    if found := re.fullmatch(r"issues/\d+/labels/(.+)", path):
        status = 200 if found[1] in hub.labels else 404
        hub.labels.discard(found[1])
        return status, {}
    if path == "labels":
        if body["name"] in hub.known:
            return 422, {"message": "Validation Failed"}
        hub.known[body["name"]] = body
        return 201, body
    if path == "pulls":
        owner, _, branch = query["head"].partition(":")
        heads = [(p, p["head"]) for p in hub.pulls if p["state"] == "open"]
        return 200, [p for p, h in heads if (h["repo"]["owner"]["login"], h["ref"]) == (owner, branch)]
    if found := re.fullmatch(r"collaborators/(.+)/permission", path):
        return 200, {"permission": "write" if found[1] in hub.writers else "read"}
    if found := re.fullmatch(r"pulls/(\d+)", path):
        rows = [p for p in hub.pulls if p["number"] == int(found[1])]
        return (200, rows[0]) if rows else (404, {"message": "Not Found"})
    if found := re.fullmatch(r"actions/runs/(\d+)/artifacts", path):
        rows = [a for a in hub.artifacts if a["run"] == int(found[1]) and a["name"] == query.get("name", a["name"])]
        return 200, {"total_count": len(rows), "artifacts": rows}
    if found := re.fullmatch(r"actions/artifacts/(\d+)/zip", path):
        return 302, {"location": f"{hub.store}/store/{found[1]}"}
    if found := re.fullmatch(r"statuses/([0-9a-f]{40})", path):
        hub.statuses.append({"sha": found[1], **body})
        return 201, {}
    if found := re.fullmatch(r"actions/workflows/(.+)/dispatches", path):
        hub.dispatched.append({"workflow": found[1], **body})
        return 204, {}
    return _git(hub, method, path, body)


def _one(hub: Hub, method: str, number: int, body: Any) -> tuple[int, Any]:
    if method == "PATCH":
        hub.comments[number - 1]["body"] = body["body"]
        return 200, hub.comments[number - 1]
    if method == "DELETE":
        hub.comments[number - 1]["gone"] = True
        return 204, {}
    hub.reactions.append((number, body["content"]))
    return 201, {}


def _git(hub: Hub, method: str, path: str, body: Any) -> tuple[int, Any]:
    if method == "GET" and (found := re.fullmatch(r"git/commits/(\w+)", path)):
        return 200, {"sha": found[1], "tree": {"sha": f"tree-of-{found[1]}"}}
    if method == "POST" and (found := re.fullmatch(r"git/(blobs|trees|commits)", path)):
        name = f"{len(hub.objects):040x}"
        hub.objects[name] = {"kind": found[1], **body}
        return 201, {"sha": name}
    if method == "PATCH" and (found := re.fullmatch(r"git/refs/heads/(.+)", path)):
        if hub.objects[body["sha"]]["parents"] != [hub.refs[found[1]]] and not body["force"]:
            return 422, {"message": "Update is not a fast forward"}
        hub.refs[found[1]] = body["sha"]
        return 200, {}
    return 404, {"message": "Not Found"}


def _gitlab(hub: Hub, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:  # noqa: PLR0911, C901
    if re.fullmatch(r"merge_requests/\d+/notes", path):
        if method == "GET":
            return 200, [c for c in hub.comments if not c.get("gone")]
        return 201, hub.comments[hub.say("policy-bot", body["body"]) - 1]
    if found := re.fullmatch(r"merge_requests/\d+/notes/(\d+)", path):
        return _one(hub, {"PUT": "PATCH"}.get(method, method), int(found[1]), body)
    if found := re.fullmatch(r"merge_requests/(\d+)", path):
        if method == "PUT":
            hub.labels |= {x for x in body["add_labels"].split(",") if x}
            hub.labels -= set(body["remove_labels"].split(","))
        row = next((m for m in hub.merges if m["iid"] == int(found[1])), {})
        return 200, {**row, "labels": sorted(hub.labels)}
    if path == "merge_requests":
        wanted = [m for m in hub.merges if (m["state"], m["target_branch"]) == (query["state"], query["target_branch"])]
        return 200, wanted
    if found := re.fullmatch(r"members/all/(\d+)", path):
        level = hub.members.get(int(found[1]))
        return (200, {"access_level": level, "state": "active"}) if level else (404, {"message": "404 Not found"})
    if path.startswith("repository/"):
        return _gitlab_repository(hub, path.removeprefix("repository/"), body)
    if path == "labels":
        if body["name"] in hub.known:
            return 409, {"message": "Label already exists"}
        hub.known[body["name"]] = body
        return 201, body
    return 404, {"message": "404 Not Found"}


def _gitlab_repository(hub: Hub, path: str, body: Any) -> tuple[int, Any]:
    kind, _, name = path.partition("/")
    if kind == "branches" and name in hub.refs:
        return 200, {"commit": {"id": hub.refs[name]}}
    if kind == "files" and name in hub.files:
        return 200, {"last_commit_id": "e5" * 20}
    if kind != "commits":
        return 404, {"message": "404 Not Found"}
    for action in body["actions"]:
        there = action["file_path"] in hub.files
        if (action["action"] == "create") == there or (there and action["last_commit_id"] != "e5" * 20):
            return 400, {"message": "A file with this name already exists, or has changed"}
    hub.landed.append(body)
    hub.refs[body["branch"]] = hub.land(body)
    hub.files |= {action["file_path"] for action in body["actions"]}
    return 201, {"id": hub.refs[body["branch"]]}


def _gitee(hub: Hub, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
    if re.fullmatch(r"pulls/\d+/comments", path):
        if method == "GET":
            return 200, [c for c in hub.comments if not c.get("gone")]
        return 201, hub.comments[hub.say("policy-bot", body["body"]) - 1]
    if found := re.fullmatch(r"pulls/comments/(\d+)", path):
        return _one(hub, method, int(found[1]), body)
    return 404, {"message": "404 Not Found"}


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve on a free port of loopback, the files of artifacts from another one."""
    handler = type("Handler", (_Handler,), {"hub": hub})
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), handler) for _ in range(2)]
    threads = [threading.Thread(target=s.serve_forever, args=(0.05,), daemon=True) for s in servers]
    hub.url, hub.store = (f"http://127.0.0.1:{s.server_address[1]}" for s in servers)
    for thread in threads:
        thread.start()
    try:
        yield hub
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            server.server_close()
            thread.join()
