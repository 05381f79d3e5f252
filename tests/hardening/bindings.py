"""Which service accounts have rights, and which pods get a token for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.support.pods import Object, Pod


@dataclass(frozen=True)
class Bound:
    """Service accounts, each as (namespace, name).

    Attributes:
        accounts: those that a binding gives rights to.
        silent: those whose pods get no token unless they ask for it.
    """

    accounts: frozenset[tuple[str, str]]
    silent: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, objects: Iterable[Object]) -> "Bound":
        """What the bindings and the accounts among the objects say."""
        given: set[tuple[str, str]] = set()
        silent: set[tuple[str, str]] = set()
        for one in objects:
            namespace = one["metadata"].get("namespace", "")
            if one["kind"] in ("RoleBinding", "ClusterRoleBinding"):
                subjects: list[dict[str, Any]] = one.get("subjects") or []
                given |= {
                    (subject.get("namespace", namespace), subject["name"])
                    for subject in subjects
                    if subject["kind"] == "ServiceAccount"
                }
            elif one["kind"] == "ServiceAccount" and one.get("automountServiceAccountToken") is False:
                silent.add((namespace, one["metadata"]["name"]))
        return cls(frozenset(given), frozenset(silent))

    def mounts_token(self, pod: Pod) -> bool:
        """Whether Kubernetes puts a token for its API into the pod."""
        asked = pod.spec.get("automountServiceAccountToken")
        return _account(pod) not in self.silent if asked is None else bool(asked)

    def has_rights(self, pod: Pod) -> bool:
        """Whether that token would open anything."""
        return _account(pod) in self.accounts


def _account(pod: Pod) -> tuple[str, str]:
    return pod.namespace, str(pod.spec.get("serviceAccountName", "default"))
