"""A client of the FastAPI chat backend, as one was written for it."""

import asyncio
import json
import sys
import urllib.error
import urllib.request
from datetime import datetime

import websockets

BASE = sys.argv[1]


def call(method, path, body=None, token=None):
    request = urllib.request.Request(BASE + path, method=method)
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    data = json.dumps(body).encode() if body is not None else None
    try:
        with urllib.request.urlopen(request, data=data, timeout=10) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def enter(name):
    password = "Correct-horse-1"
    status, user = call("POST", "/api/auth/register", {"username": name, "password": password})
    assert status == 201, (status, user)
    assert sorted(user) == ["created_at", "id", "username"], user
    assert datetime.fromisoformat(user["created_at"]).tzinfo is None
    status, again = call("POST", "/api/auth/register", {"username": name, "password": password})
    assert status == 400 and isinstance(again["detail"], str), (status, again)
    status, token = call("POST", "/api/auth/login", {"username": name, "password": password})
    assert status == 200 and token["token_type"] == "bearer", (status, token)
    return token["access_token"]


async def receive(socket, kind):
    while True:
        event = json.loads(await asyncio.wait_for(socket.recv(), 10))
        if event["type"] == kind:
            return event


async def chat(alice, bob):
    address = BASE.replace("http", "ws", 1) + "/ws/chat?token="
    async with websockets.connect(address + alice) as a, websockets.connect(address + bob) as b:
        await receive(a, "system")
        await receive(b, "system")
        for i in range(10):
            await a.send(json.dumps({"type": "message", "content": "hello %d" % i}))
        for socket in (a, b):
            for i in range(10):
                event = await receive(socket, "message")
                assert event["username"] == "alice" and event["content"] == "hello %d" % i, event
                datetime.fromisoformat(event["timestamp"])
    try:
        async with websockets.connect(address + "bad") as socket:
            await socket.recv()
        raise AssertionError("a bad token was let in")
    except websockets.ConnectionClosed as closed:
        assert closed.code == 1008, closed


def main():
    status, health = call("GET", "/health")
    assert (status, health) == (200, {"status": "healthy"})
    alice, bob = enter("alice"), enter("bob")
    status, refused = call("POST", "/api/auth/login", {"username": "alice", "password": "Wrong-horse-1"})
    assert status == 401 and isinstance(refused["detail"], str), (status, refused)
    asyncio.run(chat(alice, bob))
    status, messages = call("GET", "/api/chat/messages?limit=5", token=alice)
    assert status == 200 and [m["content"] for m in messages] == ["hello %d" % i for i in range(5, 10)], messages
    for message in messages:
        assert sorted(message) == ["content", "created_at", "id", "user_id", "username"], message
        datetime.fromisoformat(message["created_at"])
    print("ok")


main()
