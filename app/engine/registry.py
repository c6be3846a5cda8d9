"""The actions there are: one line each. An action's module is loaded when a run comes to it."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

_LINES: dict[str, str] = {
    "acknowledge-receipt": "app.engine.actions.banking:ACKNOWLEDGED",
    "analyzeUserPattern": "app.engine.actions.monitoring:ANALYZED",
    "applyWorkaround": "app.engine.actions.issues:APPLIED",
    "assess-fraud": "app.engine.actions.fraud:ASSESSED",
    "bookAppointment": "app.engine.actions.appointments:BOOKED",
    "cancelOrder": "app.engine.actions.changes:CANCELLED",
    "changeAddress": "app.engine.actions.changes:MOVED",
    "collectAddress": "app.engine.actions.changes:COLLECTED",
    "collect-details": "app.engine.actions.banking:COLLECTED",
    "collectDiagnostics": "app.engine.actions.diagnostics:COLLECTED",
    "confirmAddress": "app.engine.actions.changes:SURE_OF_ADDRESS",
    "confirmCancellation": "app.engine.actions.changes:SURE_OF_CANCELLING",
    "confirmReturn": "app.engine.actions.returns:SURE",
    "correlateWithIncidents": "app.engine.actions.monitoring:CORRELATED",
    "create-case": "app.engine.actions.banking:OPENED",
    "createJiraTicket": "app.engine.actions.issues:CREATED",
    "createReturnTicket": "app.engine.actions.returns:OPENED",
    "diagnoseIssue": "app.engine.actions.requests:DIAGNOSED",
    "extractOrderNumber": "app.engine.actions.orders:EXTRACTED",
    "fetch-account-data": "app.engine.actions.banking:FETCHED",
    "fetchMetrics": "app.engine.actions.monitoring:FETCHED",
    "fetchOrderStatus": "app.engine.actions.orders:FETCHED",
    "fetchSubscription": "app.engine.actions.payments:SUBSCRIBED",
    "followGuide": "app.engine.actions.guides:FOLLOWED",
    "followIssue": "app.engine.actions.following:FOLLOWED",
    "format-response": "app.engine.actions.banking:FORMATTED",
    "freeze-account": "app.engine.actions.fraud:FROZEN",
    "generateReturnLabel": "app.engine.actions.returns:LABELLED",
    "log-access": "app.engine.actions.banking:LOGGED",
    "passwordReset": "app.engine.actions.accounts:RESET",
    "profileUpdate": "app.engine.actions.accounts:UPDATED",
    "provideExample": "app.engine.actions.requests:EXEMPLIFIED",
    "reachOut": "app.engine.actions.reaching:REACHED",
    "refundOrder": "app.engine.actions.changes:REFUNDED",
    "requestUnlock": "app.engine.actions.appointments:UNLOCKED",
    "respondToCustomer": "app.engine.actions.issues:RESPONDED",
    "respondWithStatus": "app.engine.actions.orders:RESPONDED",
    "searchKnownIssues": "app.engine.actions.issues:SEARCHED",
    "sendReturnInstructions": "app.engine.actions.returns:INSTRUCTED",
    "suggestFix": "app.engine.actions.requests:FIXED",
    "suggestOptimizations": "app.engine.actions.monitoring:SUGGESTED",
    "updatePaymentMethod": "app.engine.actions.payments:LINKED",
    "validateRequest": "app.engine.actions.requests:VALIDATED",
    "verify-identity": "app.engine.actions.identity:VERIFY",
    "verify-transaction": "app.engine.actions.banking:VERIFIED",
    "verifyEligibility": "app.engine.actions.returns:VERIFIED",
}


class Registry(Mapping[str, Any]):
    """Name -> action; its module is imported when it is asked for."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        self._lines = dict(lines)

    def __getitem__(self, name: str) -> Any:
        module, _, attribute = self._lines[name].partition(":")
        return getattr(import_module(module), attribute)

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


ACTIONS = Registry(_LINES)
