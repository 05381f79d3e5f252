"""One API type as a file gives it, and the CustomResourceDefinition that it stands for."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from .schema import Fragments, expand

Manifest = dict[str, Any]

_COLUMN = re.compile(r"(?P<type>integer|number|string|boolean|date)(\((?P<priority>\d+)\))? (?P<path>\..+)")


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _one_is_stored(value: object) -> object:
    return {value: "stored"} if isinstance(value, str) else value


def _state_only(value: object) -> object:
    return {"state": value} if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_one_or_more)]


class Version(BaseModel):
    """What one version has of its own; what it leaves out is taken from the type."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    state: Literal["stored", "served", "not served", "deprecated", "deprecated, not served"] = "served"
    fields: object = Field(default=None, alias="schema")
    columns: dict[str, str] | None = None


class Scale(BaseModel):
    """The paths behind the `scale` subresource."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    replicas: str
    status: str
    selector: str | None = None


class Conversion(BaseModel):
    """The webhook that converts between versions, a Service of the component.

    `ca_from` is the cert-manager Certificate (namespace/name) whose authority the cainjector writes into
    the definition: `caBundle` is its field, and never declared.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    namespace: str
    path: str
    port: int = 443
    versions: Words = ("v1",)
    ca_from: str


class ApiType(BaseModel):
    """One kind, in the words of a file; see the package for an example."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    plural: str | None = None
    short: Words = ()
    categories: Words = ()
    scope: Literal["Namespaced", "Cluster"] = "Namespaced"
    versions: Annotated[
        dict[str, Annotated[Version, BeforeValidator(_state_only)]], BeforeValidator(_one_is_stored)
    ]
    status: bool = False
    scale: Scale | None = None
    columns: dict[str, str] = {}
    conversion: Conversion | None = None
    approved: str | None = None
    annotations: dict[str, str] = {}
    fields: object = Field(default=None, alias="schema")

    @model_validator(mode="after")
    def _one_stored_version(self) -> "ApiType":
        stored = [name for name, version in self.versions.items() if version.state == "stored"]
        if len(stored) != 1:
            raise ValueError(f"one version is stored, not {len(stored)}")
        for name, version in self.versions.items():
            if self.fields is None and version.fields is None:
                raise ValueError(f"version {name} has no schema; `schema: open` keeps whatever is written")
        return self


def manifest(kind: str, group: str, api_type: ApiType, fragments: Fragments) -> Manifest:
    """The CustomResourceDefinition of `kind`, ready to be applied. Raises SchemaError and ValueError."""
    singular = kind.lower()
    names = {"kind": kind, "listKind": f"{kind}List", "plural": api_type.plural or f"{singular}s"}
    names["singular"] = singular
    metadata: dict[str, Any] = {"name": f"{names['plural']}.{group}"}
    annotations = dict(api_type.annotations)
    if api_type.approved:
        annotations["api-approved.kubernetes.io"] = api_type.approved
    if api_type.conversion:
        annotations["cert-manager.io/inject-ca-from"] = api_type.conversion.ca_from
    spec: dict[str, Any] = {
        "group": group,
        "names": names
        | ({"shortNames": list(api_type.short)} if api_type.short else {})
        | ({"categories": list(api_type.categories)} if api_type.categories else {}),
        "scope": api_type.scope,
        "versions": [
            _version(name, version, api_type, fragments) for name, version in api_type.versions.items()
        ],
    }
    if api_type.conversion:
        spec["conversion"] = _conversion(api_type.conversion)
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": metadata | ({"annotations": annotations} if annotations else {}),
        "spec": spec,
    }


def _version(name: str, own: Version, api_type: ApiType, fragments: Fragments) -> Manifest:
    columns = api_type.columns if own.columns is None else own.columns
    fields = api_type.fields if own.fields is None else own.fields
    result: Manifest = {
        "name": name,
        "served": not own.state.endswith("not served"),
        "storage": own.state == "stored",
        # apiVersion, kind and metadata are the API server's own and need not be told.
        "schema": {"openAPIV3Schema": expand(fields, fragments)},
    }
    if own.state.startswith("deprecated"):
        result["deprecated"] = True
    if columns:
        result["additionalPrinterColumns"] = [_column(title, text) for title, text in columns.items()]
    subresources: dict[str, Any] = {"status": {}} if api_type.status else {}
    if api_type.scale:
        subresources["scale"] = {
            "specReplicasPath": api_type.scale.replicas,
            "statusReplicasPath": api_type.scale.status,
        } | ({"labelSelectorPath": api_type.scale.selector} if api_type.scale.selector else {})
    if subresources:
        result["subresources"] = subresources
    return result


def _column(title: str, text: str) -> Manifest:
    found = _COLUMN.fullmatch(text)
    if not found:
        raise ValueError(f"column {title}: '{text}' is not 'type .path' or 'type(priority) .path'")
    column: Manifest = {"name": title, "type": found["type"], "jsonPath": found["path"]}
    return column | ({"priority": int(found["priority"])} if found["priority"] else {})


def _conversion(conversion: Conversion) -> Manifest:
    service = {
        "name": conversion.service,
        "namespace": conversion.namespace,
        "path": conversion.path,
        "port": conversion.port,
    }
    webhook = {"conversionReviewVersions": list(conversion.versions), "clientConfig": {"service": service}}
    return {"strategy": "Webhook", "webhook": webhook}
