"""Requests that the API server refused because the account's rules do not allow them.

The API server answers 403 for other reasons too: a quota, a policy, a namespace that is going away. Who may
do what is decided before these, and the decision is an annotation of the event (apiserver,
pkg/endpoints/filters). One check of access comes later: an account hands on, by a Role or a binding, only
what it may do itself (plugin/pkg/auth, registry/rbac/escalation_check.go).
"""

from collections.abc import Iterable

from tests.audit_log.events import Event

FORBIDDEN = 403
_DECISION = "authorization.k8s.io/decision"
_HANDS_ON_MORE = "attempting to grant RBAC permissions not currently held"
# plugin/pkg/admission/gc: only who may change an owner's finalizers may hold back its deletion.
_HOLDS_BACK = "cannot set blockOwnerDeletion"


def is_refused(event: Event) -> bool:
    """Whether rules are missing for a request."""
    if event.code != FORBIDDEN:
        return False
    late = any(words in event.message for words in (_HANDS_ON_MORE, _HOLDS_BACK))
    return event.annotations.get(_DECISION) == "forbid" or late


def refused(events: Iterable[Event]) -> list[Event]:
    """The requests for which rules are missing."""
    return [event for event in events if is_refused(event)]
