"""``deskhand experiment``: nothing, something, and what is not there."""

from datetime import UTC, datetime

from app.db import accounts, trials
from app.services import Services

TRIAL = "experiments: [{name: voices, variants: {A: {}, B: {style: concise}}, duration: 2-weeks}]\n"


def test_it_is_shown_before_and_after_it_began(deskhand, account, configuration, prepared):
    assert "nothing is tried" in deskhand("experiment", "--account", account).out
    configuration.write_text(configuration.read_text() + TRIAL)
    assert deskhand("account", "add", account, "--config", str(configuration)).code == 0
    assert "nobody was drawn" in deskhand("experiment", "--account", account).out
    services, now = Services(prepared), datetime.now(UTC)
    with services.database.session() as session:
        found = accounts.named(session, account)
        (experiment,) = services.configuration(found.id, session).experiments
        trials.begin(session, found.id, experiment, now)
    told = deskhand("experiment", "voices", "--account", account, "--json").json["experiments"]
    assert [(one["name"], one["state"], [arm["arm"] for arm in one["arms"]]) for one in told] == [
        ("voices", "running", ["A", "B"])
    ]
    assert "goes on" in deskhand("experiment", "--account", account).out
    ran = deskhand("experiment", "moon", "--account", account)
    assert (ran.code, "NAME" in ran.err) == (2, True)
