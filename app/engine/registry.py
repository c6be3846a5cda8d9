"""The actions there are: one line each. An action's module is loaded when a run comes to it."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

_LINES: dict[str, str] = {
    "analyzeUserPattern": "app.engine.actions.monitoring:ANALYZED",
    "applyWorkaround": "app.engine.actions.issues:APPLIED",
    "cancelOrder": "app.engine.actions.changes:CANCELLED",
    "changeAddress": "app.engine.actions.changes:MOVED",
    "collectDiagnostics": "app.engine.actions.diagnostics:COLLECTED",
    "correlateWithIncidents": "app.engine.actions.monitoring:CORRELATED",
    "createJiraTicket": "app.engine.actions.issues:CREATED",
    "createReturnTicket": "app.engine.actions.returns:OPENED",
    "diagnoseIssue": "app.engine.actions.requests:DIAGNOSED",
    "extractOrderNumber": "app.engine.actions.orders:EXTRACTED",
    "fetchMetrics": "app.engine.actions.monitoring:FETCHED",
    "fetchOrderStatus": "app.engine.actions.orders:FETCHED",
    "followIssue": "app.engine.actions.following:FOLLOWED",
    "generateReturnLabel": "app.engine.actions.returns:LABELLED",
    "passwordReset": "app.engine.actions.accounts:RESET",
    "profileUpdate": "app.engine.actions.accounts:UPDATED",
    "provideExample": "app.engine.actions.requests:EXEMPLIFIED",
    "refundOrder": "app.engine.actions.changes:REFUNDED",
    "respondToCustomer": "app.engine.actions.issues:RESPONDED",
    "respondWithStatus": "app.engine.actions.orders:RESPONDED",
    "searchKnownIssues": "app.engine.actions.issues:SEARCHED",
    "sendReturnInstructions": "app.engine.actions.returns:INSTRUCTED",
    "suggestFix": "app.engine.actions.requests:FIXED",
    "suggestOptimizations": "app.engine.actions.monitoring:SUGGESTED",
    "validateRequest": "app.engine.actions.requests:VALIDATED",
    "verify-identity": "app.engine.actions.identity:VERIFY",
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
