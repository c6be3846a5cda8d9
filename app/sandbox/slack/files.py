"""The Web API's methods about files: an address to bring one to, and sharing it in a channel or thread."""

from collections.abc import Mapping
from typing import Any

from app.sandbox.slack.methods import Arguments, Method, as_json, writable
from app.sandbox.slack.state import APP, BOT, BOT_USER, HOME, Fail, Slack


def upload_url(slack: Slack, given: Arguments) -> dict[str, Any]:
    """Where the bytes go."""
    name, length = str(given.get("filename") or ""), int(given.get("length") or 0)
    if not name or length < 1:
        raise Fail("invalid_arguments")
    id = f"F{slack.world.ids.next('slack.file')}"
    slack.files[id] = {"id": id, "name": name, "title": name, "size": length, "mimetype": "", "content": b""}
    return {"upload_url": f"{slack.base}/upload/{id}", "file_id": id}


def complete(slack: Slack, given: Arguments) -> dict[str, Any]:
    """Share what was brought; without a channel it stays private."""
    wanted = as_json(given.get("files"), list) or []
    found = [slack.files[one["id"]] for one in wanted if one.get("id") in slack.files]
    if not found or len(found) != len(wanted) or any(not one["content"] for one in found):
        raise Fail("file_not_found")
    for one, asked in zip(found, wanted, strict=True):
        one["title"] = asked.get("title") or one["title"]
    shown = [{name: value for name, value in one.items() if name != "content"} for one in found]
    if not given.get("channel_id"):
        return {"files": shown}
    channel = writable(slack, given["channel_id"])
    bot = {"user": BOT_USER, "bot_id": BOT, "app_id": APP, "team": HOME, "subtype": "file_share", "text": ""}
    message = slack.add(channel, {**bot, "files": shown}, thread=str(given.get("thread_ts") or ""))
    return {"files": shown, "channel": channel.id, "message": message}


METHODS: Mapping[str, tuple[str, Method]] = {
    "files.getUploadURLExternal": ("files:write", upload_url),
    "files.completeUploadExternal": ("files:write", complete),
}
