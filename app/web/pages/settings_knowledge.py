"""What Deskhand knows: where its articles are from, how old they are, and where they fall short of what people answer."""

from collections import Counter
from dataclasses import dataclass

from flask import Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from app.db import articles, connections, gaps
from app.db.visits import Visit
from app.web.pages.door import Door
from app.web.pages.settings_nav import may, settings
from app.web.pages.shell import lock
from connectors.types import Level

RULINGS = {"approve": gaps.APPROVED, "reject": gaps.REJECTED}
MOST = 500


@dataclass(frozen=True)
class Source:
    """Where articles are from, and what there is."""

    name: str
    connected: bool
    articles: int
    restricted: int
    newest: str


def register(door: Door) -> None:
    """``/app/knowledge``; proposals are ruled on by a lead."""
    database = door.services.database

    @door.route("/knowledge", level=Level.VIEWER)
    def show(who: Visit) -> Response:
        with database.reading() as session:
            sources = _sources(session, who.account_id)
            found = gaps.every(session, who.account_id)
        open_ = [gap for gap in found if gap.state == gaps.OPEN]
        return settings(who, "settings_knowledge.html", sources=sources, gaps=open_, leads=may(who, Level.LEAD))

    @door.route("/knowledge/rule", level=Level.LEAD, methods=("POST",))
    def rule(who: Visit) -> Response:
        state = RULINGS.get(request.form.get("ruling", ""))
        id = request.form.get("gap", "")[:64]
        try:
            if state is None:
                raise NotFound
            with database.session() as session:
                gaps.rule(session, who.account_id, id, state, who.name or who.person, database.now(session))
        except gaps.NoSuchGap as error:
            raise NotFound from error
        return lock(Response(status=303, headers={"Location": url_for("pages.settings_knowledge_show")}))


def _sources(session: Session, account_id: str) -> list[Source]:
    vendors = {one.id: one.vendor for one in connections.of_account(session, account_id)}
    every, hidden = Counter[str](), Counter[str]()
    for origin, restricted in articles.placed(session, account_id):
        every[origin] += 1
        hidden[origin] += restricted
    found = []
    for origin, count in every.most_common():
        at = articles.newest(session, account_id, origin)
        age = at.strftime("%Y-%m-%d") if at else ""
        found.append(Source(vendors.get(origin, origin), origin in vendors, count, hidden[origin], age))
    return found
