"""Documents of IAM: who may do what."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

Conditions = Mapping[str, Mapping[str, pulumi.Input[str | list[str]]]]
Statement = Mapping[str, Any]


def allow(
    actions: Sequence[str],
    resources: Sequence[pulumi.Input[str]] | None = None,
    *,
    principal: Mapping[str, pulumi.Input[str]] | str | None = None,
    conditions: Conditions | None = None,
) -> Statement:
    """One statement; `resources` are for policies of roles and keys, `principal` for those who trust."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": list(actions)}
    if principal is not None:
        statement["Principal"] = principal
    if resources is not None:
        statement["Resource"] = list(resources)
    if conditions:
        statement["Condition"] = conditions
    return statement


def document(*statements: Statement) -> pulumi.Output[str]:
    """The statements as IAM takes them."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})
