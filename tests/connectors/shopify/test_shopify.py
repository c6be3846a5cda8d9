"""The shop's own rules: what an order says, what may be changed, what a customer's words cannot do to a search."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from graphql import parse as graphql
from graphql import validate

from app.sandbox.backends.shopify import Item, schema
from app.sandbox.world import Fault
from connectors.errors import Forbidden, NotFound, RateLimited, Refused
from connectors.shopify import documents, parse
from tests.connectors.shopify.stage import HOME, JANE, NEW, ShopStage
from tests.connectors.shopify.stage import open as opened


@pytest.fixture
def shop() -> Iterator[ShopStage]:
    with opened() as stage:
        yield stage


def found(shop: ShopStage, number: str):
    return shop.backend.run("find_order", {"number": number}).outputs


@pytest.mark.parametrize("name", [name for name in vars(documents) if name.isupper() and not name.startswith("_")])
def test_every_document_is_valid_by_the_schema(name: str) -> None:
    assert validate(schema(), graphql(getattr(documents, name))) == []


def test_an_order_on_its_way_says_all_that_the_guide_tells(shop: ShopStage) -> None:
    order = found(shop, "#12345")
    assert (order["number"], order["owner"], order["status"]) == ("12345", JANE, "in-transit")
    assert (order["total"], order["currency"], order["payment"]) == (29999, "USD", "pi_1")
    assert (order["carrier"], order["tracking_number"]) == ("USPS", "9400123456789")
    assert order["tracking_url"].endswith("9400123456789")
    assert order["expected_at"].endswith("Z")
    assert order["address"]["street"] == "12 Elm Street"


def test_only_what_may_come_back_is_returnable(shop: ShopStage) -> None:
    assert [item["returnable"] for item in found(shop, "12346")["items"]] == [True, False]
    assert [item["returnable"] for item in found(shop, "12347")["items"]] == [False]


def test_without_the_scope_for_returns_nobody_says_what_may_come_back(shop: ShopStage) -> None:
    shop.played.may_ask_returns = False
    assert [item["returnable"] for item in found(shop, "12346")["items"]] == [None, None]


def test_what_was_bought_before_counts(shop: ShopStage) -> None:
    buyer = shop.backend.run("orders_of", {"email": " Jane.Doe@Example.com "}).outputs
    assert (buyer["name"], buyer["count"], buyer["returned"]) == ("Jane Doe", 15, 2)
    assert buyer["lifetime_value"] > 1_000_000
    assert {order["number"] for order in buyer["orders"]} == {"12345", "12346", "12347", "12348"}


def test_the_parcel_that_has_not_come_yet_is_the_one_that_matters(shop: ShopStage) -> None:
    shop.orders["12345"].delivered_at = shop.world.clock.now()
    assert found(shop, "12345")["status"] == "delivered"


@pytest.mark.parametrize(
    "number",
    ["99999", "12345 OR name:12346", "12345)", "*", "", "#", 'x" email:victim@example.com', "12345\nname:1", "1" * 41],
)
def test_no_number_becomes_another_search(shop: ShopStage, number: str) -> None:
    with pytest.raises((NotFound, Exception)) as refusal:
        found(shop, number)
    assert type(refusal.value).__name__ in ("NotFound", "Unsupported")


@pytest.mark.parametrize("email", ["*", "a@b.c OR *", "@", "a b@c.d", 'a"@b.c', "nobody@example.com"])
def test_no_address_becomes_another_search(shop: ShopStage, email: str) -> None:
    with pytest.raises(NotFound):
        shop.backend.run("orders_of", {"email": email})


def test_a_search_answer_for_another_number_is_not_taken(shop: ShopStage) -> None:
    assert parse.by_number("12345") == "name:12345"
    with pytest.raises(NotFound):
        found(shop, "1234")


def test_an_address_change_gives_the_former_one_and_is_undone_by_it(shop: ShopStage) -> None:
    before = found(shop, "12347")["address"]
    changed = shop.backend.run("update_address", {"number": "12347", "address": NEW}, key="a")
    assert changed.outputs == {"previous": before}
    now = found(shop, "12347")["address"]
    assert (now["street"], now["zip"], now["name"]) == ("7 Oak Avenue", "97301", "Jane Doe")
    again = shop.backend.run("update_address", {"number": "12347", "address": NEW}, key="a")
    assert (again.outputs, again.recovered) == ({"previous": before}, True)
    shop.backend.run("restore_address", {"number": "12347", "previous": before}, key="b")
    assert found(shop, "12347")["address"] == before


@pytest.mark.parametrize("address", [{}, {"street": " "}, {"city": "Salem"}, "7 Oak Avenue"])
def test_half_an_address_is_refused_before_anything_changes(shop: ShopStage, address) -> None:
    with pytest.raises(Exception, match="address"):
        shop.backend.run("update_address", {"number": "12347", "address": address}, key="a")
    assert shop.orders["12347"].address == HOME


@pytest.mark.parametrize(
    ("operation", "more"), [("update_address", {"address": NEW}), ("cancel_order", {"reason": "customer"})]
)
def test_what_has_shipped_is_not_changed(shop: ShopStage, operation: str, more) -> None:
    with pytest.raises(Refused, match="shipped"):
        shop.backend.run(operation, {"number": "12345", **more}, key="k")


def test_a_cancelled_order_is_cancelled_once_and_by_us_only_once(shop: ShopStage) -> None:
    shop.backend.run("cancel_order", {"number": "12348", "reason": "customer"}, key="k")
    assert shop.backend.run("cancel_order", {"number": "12348", "reason": "customer"}, key="k").recovered
    with pytest.raises(Refused, match="cancelled already"):
        shop.backend.run("cancel_order", {"number": "12348", "reason": "customer"}, key="another")
    assert found(shop, "12348")["status"] == "cancelled"


def test_a_return_takes_so_many_and_no_more(shop: ShopStage) -> None:
    line = shop.orders["12346"].line(0)
    inputs = {"number": "12346", "items": [{"id": line, "quantity": 2}], "reason": "too small"}
    number = shop.backend.run("open_return", inputs, key="k").outputs["return_number"]
    assert number == "#12346-R1"
    with pytest.raises(Refused, match="cannot be returned"):
        shop.backend.run("open_return", inputs, key="another")
    assert found(shop, "12346")["returns"] == [{"number": number, "status": "open"}]


@pytest.mark.parametrize("place", [1, 7])
def test_what_is_final_or_not_there_does_not_come_back(shop: ShopStage, place: int) -> None:
    order = shop.orders["12346"]
    item = order.line(1) if place == 1 else "gid://shopify/LineItem/999"
    with pytest.raises(Refused, match="cannot be returned"):
        shop.backend.run("open_return", {"number": "12346", "items": [item], "reason": "x"}, key="k")
    assert order.returns == []


def test_products_are_found_by_plain_words(shop: ShopStage) -> None:
    (ware,) = shop.backend.run("find_product", {"query": "blue sweater AND (tag:secret)"}).outputs["products"]
    assert (ware["title"], ware["price"], ware["available"]) == ("Blue sweater", 8999, True)
    assert parse.by_words("tag:secret OR (x*)") == "tag secret x"


def test_a_throttled_query_says_how_long_to_wait(shop: ShopStage) -> None:
    shop.played.trouble = (
        "THROTTLED",
        {"requestedQueryCost": 500, "throttleStatus": {"currentlyAvailable": 100, "restoreRate": 50}},
    )
    with pytest.raises(RateLimited) as limit:
        found(shop, "12345")
    assert limit.value.retry_after == 8.0


@pytest.mark.parametrize(
    ("code", "error"), [("ACCESS_DENIED", Forbidden), ("MAX_COST_EXCEEDED", Refused), ("INTERNAL_SERVER_ERROR", None)]
)
def test_errors_that_come_with_status_200_are_errors(shop: ShopStage, code: str, error) -> None:
    shop.played.trouble = (code, None)
    with pytest.raises(error or Exception) as raised:
        found(shop, "12345")
    assert JANE not in str(raised.value)


def test_yen_have_no_smaller_coin(shop: ShopStage) -> None:
    shop.played.sell(
        "777", JANE, Item("Tea", 1200), currency="JPY", placed_at=shop.world.clock.now() - timedelta(days=1)
    )
    order = found(shop, "777")
    assert (order["total"], order["currency"]) == (1200, "JPY")


def test_a_fault_before_the_mark_was_left_is_not_taken_for_success(shop: ShopStage) -> None:
    shop.world.faults.order(Fault("status", status=503, path="graphql"))
    with pytest.raises(Exception, match="503"):
        shop.backend.run("update_address", {"number": "12347", "address": NEW}, key="a")
    assert shop.orders["12347"].metafields == {}


def changed(shop: ShopStage, key: str = "k-1", **changes: str):
    return shop.backend.run("update_customer", {"email": JANE, "changes": changes}, key=key)


def test_a_customer_is_changed_once_and_put_back_by_what_was_before(shop: ShopStage) -> None:
    before = changed(shop, email="jane@new.example", phone="+1 503 555 0199").outputs["previous"]
    assert (before["email"], before["phone"]) == (JANE, None)
    again = changed(shop, email="jane@new.example", phone="+1 503 555 0199")
    assert (again.recovered, again.outputs["previous"]) == (True, before)
    assert shop.backend.run("orders_of", {"email": "jane@new.example"}).outputs["name"] == "Jane Doe"
    for _ in range(2):
        shop.backend.run("restore_customer", {"email": JANE, "previous": before}, key="k-1-u")
    assert JANE in shop.played.people
    assert not shop.played.buyers.phones.get(JANE)


NO_PHONES = ("call me", "5035550199")
NO_MAIL = ("taken@shop.example", "a@b.example tag:vip", "")
NOTHING = [{"phone": one} for one in NO_PHONES] + [{"email": one} for one in NO_MAIL]


@pytest.mark.parametrize("changes", [{"note": "vip"}, {"tags": "x", "phone": "+15035550199"}, *NOTHING])
def test_what_is_no_address_or_somebody_elses_changes_nothing(shop: ShopStage, changes: dict[str, str]) -> None:
    shop.played.people["taken@shop.example"] = "Tom Lind"
    with pytest.raises(Refused):
        changed(shop, **changes)
    assert (JANE in shop.played.people, shop.played.buyers.marks) == (True, {})


def test_nobody_is_changed_who_is_not_there(shop: ShopStage) -> None:
    with pytest.raises(NotFound):
        shop.backend.run(
            "update_customer", {"email": "no@one.example", "changes": {"phone": "+15035550199"}}, key="k-1"
        )
