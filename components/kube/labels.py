"""Labels and annotations that a stack may set, checked as Kubernetes checks them."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator

_NAME = re.compile(r"[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?")
_PREFIX = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def _key(key: str) -> None:
    prefix, slash, name = key.rpartition("/")
    if not _NAME.fullmatch(name) or (slash and (len(prefix) > 253 or not _PREFIX.fullmatch(prefix))):
        raise ValueError(
            f"'{key}' is not a valid key (an optional DNS name and '/', then at most 63 letters, digits, "
            "'-', '_' or '.', starting and ending with a letter or digit)"
        )


def _labels(labels: Mapping[str, str]) -> Mapping[str, str]:
    for key, value in labels.items():
        _key(key)
        if value and not _NAME.fullmatch(value):
            raise ValueError(
                f"'{value}' is not a valid value of label '{key}' (empty, or at most 63 letters, digits, "
                "'-', '_' or '.', starting and ending with a letter or digit)"
            )
    return labels


def _annotations(annotations: Mapping[str, str]) -> Mapping[str, str]:
    for key in annotations:
        _key(key)
    return annotations


Labels = Annotated[Mapping[str, str], AfterValidator(_labels)]
Annotations = Annotated[Mapping[str, str], AfterValidator(_annotations)]
