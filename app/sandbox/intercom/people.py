"""The rest of the played API: me, admins, teams, contacts, companies, tags, attributes, articles."""

from flask import Blueprint, Response, jsonify, request

from app.sandbox.intercom import render
from app.sandbox.intercom.door import Door, Refusal, invalid, listed, not_found, sent, text
from app.sandbox.intercom.render import Json
from app.sandbox.intercom.state import Admin, Contact, Workspace

REGION = "US"


class People:
    """The routes that are not about one conversation."""

    def __init__(self, workspace: Workspace, door: Door, app_id: str, seat: Admin) -> None:
        self._workspace = workspace
        self._door = door
        self._app_id = app_id
        self._seat = seat
        self.modern = False
        """Whether the API makes attributes for conversations, as from 2.16 on."""
        self.hidden: set[str] = set()
        """Addresses that the search of contacts does not show yet: its index may lag behind by minutes."""

    def mount(self, blueprint: Blueprint) -> None:
        """Put the routes on the blueprint."""
        add = blueprint.add_url_rule
        add("/me", view_func=self.me)
        add("/admins", view_func=self.admins)
        add("/admins/<number>", view_func=self.admin)
        add("/teams", view_func=self.teams)
        add("/teams/<number>", view_func=self.team)
        add("/contacts", view_func=self.contacts)
        add("/contacts", view_func=self.create_contact, methods=["POST"])
        add("/contacts/search", view_func=self.search_contacts, methods=["POST"])
        add("/contacts/find_by_external_id/<external>", view_func=self.contact_by_external_id)
        add("/contacts/<number>", view_func=self.contact)
        add("/contacts/<number>", view_func=self.delete_contact, methods=["DELETE"])
        add("/contacts/<number>/companies", view_func=self.contact_companies)
        add("/companies/<number>", view_func=self.company)
        add("/tags", view_func=self.tags)
        add("/tags", view_func=self.create_tag, methods=["POST"])
        add("/tags/<number>", view_func=self.delete_tag, methods=["DELETE"])
        add("/data_attributes", view_func=self.attributes)
        add("/data_attributes", view_func=self.create_attribute, methods=["POST"])
        add("/conversations/attributes", view_func=self.create_conversation_attribute, methods=["POST"])
        add("/articles", view_func=self.articles)
        add("/articles/search", view_func=self.search_articles)
        add("/internal_articles", view_func=self.internal_articles)

    def me(self) -> Response:
        """Whose token this is."""
        app = {
            "type": "app",
            "id_code": self._app_id,
            "name": "Played workspace",
            "region": REGION,
            "timezone": "UTC",
            "created_at": 1700000000,
            "identity_verification": False,
        }
        return jsonify({**render.admin(self._seat), "email_verified": True, "app": app})

    def admins(self) -> Response:
        """The teammates."""
        rows = [render.admin(one) for one in self._workspace.admins.values()]
        return jsonify({"type": "admin.list", "admins": rows})

    def admin(self, number: str) -> Response:
        """One teammate."""
        if number not in self._workspace.admins:
            raise not_found("Admin")
        return jsonify(render.admin(self._workspace.admins[number]))

    def teams(self) -> Response:
        """The teams."""
        return jsonify({"type": "team.list", "teams": [render.team(one) for one in self._workspace.teams.values()]})

    def team(self, number: str) -> Response:
        """One team."""
        if number not in self._workspace.teams:
            raise not_found("Team")
        return jsonify(render.team(self._workspace.teams[number]))

    def contacts(self) -> Response:
        """Every contact, in pages."""
        return jsonify(listed(self._contact_rows(), "data", "list"))

    def contact(self, number: str) -> Response:
        """One contact."""
        return jsonify(self._door.renderer().contact(self._known(number)))

    def contact_by_external_id(self, external: str) -> Response:
        """One contact, by the id that it was given from outside."""
        for contact in list(self._workspace.contacts.values()):
            if external and contact.external_id == external:
                return jsonify(self._door.renderer().contact(contact))
        raise not_found("Contact")

    def create_contact(self) -> Response:
        """A new contact; a user's address or external id is taken only once."""
        body = sent()
        role = str(body.get("role") or "user")
        if not any(body.get(name) for name in ("email", "external_id", "role")):
            raise invalid("email, external_id or role is needed")
        with self._workspace.lock:
            for known in self._workspace.contacts.values():
                same_email = body.get("email") and known.email == body["email"] and role == known.role == "user"
                if same_email or (body.get("external_id") and known.external_id == str(body["external_id"])):
                    raise Refusal(
                        409, "conflict", f"A contact matching those details already exists with id={known.id}"
                    )
            facts = {name: str(body.get(name) or "") for name in ("email", "name", "external_id", "phone")}
            made = self._workspace.add_contact(role, **facts, attributes=dict(body.get("custom_attributes") or {}))
            return jsonify(self._door.renderer().contact(made))

    def delete_contact(self, number: str) -> Response:
        """A contact is gone for good; their conversations stay."""
        with self._workspace.lock:
            contact = self._known(number)
            del self._workspace.contacts[number]
            contact.email = contact.name = contact.phone = ""
            contact.attributes.clear()
            told = {"type": "contact", "id": number, "external_id": contact.external_id or None, "deleted": True}
            return jsonify(told)

    def search_contacts(self) -> Response:
        """Contacts by one field."""
        query = sent().get("query")
        if (
            not isinstance(query, dict)
            or query.get("operator") != "="
            or query.get("field") not in ("email", "external_id")
        ):
            raise invalid("query is not supported")
        field, value = str(query["field"]), query.get("value")
        return jsonify(
            listed(
                [row for row in self._contact_rows() if row[field] == value and value not in self.hidden],
                "data",
                "list",
            )
        )

    def contact_companies(self, number: str) -> Response:
        """The companies of a contact."""
        renderer = self._door.renderer()
        rows = [renderer.company(self._workspace.companies[one]) for one in self._known(number).companies]
        return jsonify({"type": "list", "companies": rows, "data": rows, "total_count": len(rows)})

    def company(self, number: str) -> Response:
        """One company."""
        if number not in self._workspace.companies:
            raise not_found("Company")
        return jsonify(self._door.renderer().company(self._workspace.companies[number]))

    def tags(self) -> Response:
        """The tags."""
        renderer = self._door.renderer()
        return jsonify({"type": "list", "data": [renderer.tag(number) for number in self._workspace.tags]})

    def create_tag(self) -> Response:
        """The tag of this name, made if there is none."""
        name = text(sent(), "name")
        with self._workspace.lock:
            return jsonify(self._door.renderer().tag(self._workspace.tag_named(name)))

    def delete_tag(self, number: str) -> Response:
        """Gone, also from every conversation."""
        with self._workspace.lock:
            if self._workspace.tags.pop(number, None) is None:
                raise not_found("Tag")
            for one in self._workspace.conversations.values():
                one.tags.pop(number, None)
            return jsonify({})

    def attributes(self) -> Response:
        """The attributes of conversations; this workspace has none of its own for contacts and companies."""
        rows = [
            {
                "type": "data_attribute",
                "id": place,
                "model": "conversation",
                "name": name,
                "full_name": name,
                "label": name,
                "description": "",
                "data_type": kind,
                "api_writable": True,
                "custom": True,
                "archived": False,
            }
            for place, (name, kind) in enumerate(self._workspace.attributes.items(), start=9001)
        ]
        shown = rows if request.args.get("model") in (None, "conversation") else []
        return jsonify({"type": "list", "data": shown})

    def create_attribute(self) -> Response:
        """Refused for conversations, as in every version before 2.16."""
        if sent().get("model") not in ("contact", "company"):
            raise invalid("model is invalid: contact or company")
        raise Refusal(403, "api_plan_restricted", "Active subscription needed.")

    def create_conversation_attribute(self) -> Response:
        """A new attribute for conversations, where the workspace is on 2.16 by then; a name is taken once."""
        if not self.modern or request.headers.get("Intercom-Version") != "2.16":
            raise not_found("Resource")
        body = sent()
        name, kind = text(body, "name"), text(body, "data_type")
        with self._workspace.lock:
            if kind != "string" or name in self._workspace.attributes:
                raise Refusal(422, "parameter_invalid", "name or data_type is not valid")
            self._workspace.attributes[name] = kind
            number = 9000 + len(self._workspace.attributes)
        return jsonify({"type": "conversation_attribute", "id": number, "name": name, "data_type": kind})

    def articles(self) -> Response:
        """The help center, the latest updated first."""
        return jsonify(listed(self._article_rows(internal=False), "data", "list"))

    def search_articles(self) -> Response:
        """Articles that hold every word of the phrase."""
        words = request.args.get("phrase", "").casefold().split()
        state = request.args.get("state", "published")
        rows = [
            row
            for row in self._article_rows(internal=False)
            if row["state"] == state and all(word in f"{row['title']} {row['body']}".casefold() for word in words)
        ]
        pages: Json = {"type": "pages", "page": 1, "per_page": len(rows) or 1, "total_pages": 1}
        found = {"articles": rows, "highlights": []}
        return jsonify({"type": "list", "total_count": len(rows), "data": found, "pages": pages})

    def internal_articles(self) -> Response:
        """What only teammates read."""
        return jsonify(listed(self._article_rows(internal=True), "data", "list"))

    def _known(self, number: str) -> Contact:
        if number not in self._workspace.contacts:
            raise not_found("Contact")
        return self._workspace.contacts[number]

    def _contact_rows(self) -> list[Json]:
        renderer = self._door.renderer()
        return [renderer.contact(one) for one in list(self._workspace.contacts.values())]

    def _article_rows(self, *, internal: bool) -> list[Json]:
        renderer = self._door.renderer()
        found = [one for one in self._workspace.articles.values() if one.internal is internal]
        return [renderer.article(one) for one in sorted(found, key=lambda one: -one.updated_at)]
