"""A bucket of Azure in a rehearsal: its S3 gateways, which are pods of the cluster."""

from collections.abc import Mapping

import pulumi

from components.contracts import ObjectStore, Offer
from components.kube.scope import Scope
from components.storage import ObjectStoreArgs
from components.storage.azure.gateway import PORT, REGION, GatewayArgs, gateway, gateway_name
from components.storage.azure.traits import AZURE
from components.storage.data_settings import DataSettings
from components.storage.seaweedfs import ACCESS_KEY, SECRET_KEY
from components.storage.server import passwords

_ADDRESS = "https://rehearsal.invalid"
_IDENTITY = "rehearsal"


class BucketBehindGateways(pulumi.ComponentResource):
    """The gateways; no account of Azure, and no identity."""

    def __init__(
        self, name: str, asked: ObjectStoreArgs, settings: DataSettings, opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__("slipway:rehearsal:Gateways", name, None, opts)
        scope = Scope(component=asked.component, parent=self, namespaces=asked.namespaces)
        made = passwords(scope, [f"blob-{user.name}" for user in asked.users], "")
        self.offer = Offer()
        stores: dict[str, ObjectStore] = {}
        for user in asked.users:
            password = made[f"blob-{user.name}"]
            one = gateway(
                scope,
                GatewayArgs(
                    settings=settings.object_store.gateway,
                    user=user,
                    password=password,
                    address=_ADDRESS,
                    client_id=_IDENTITY,
                    tenant_id=_IDENTITY,
                    mesh=asked.mesh.mesh if asked.mesh else None,
                    callers=[user.used_by],
                    node_pools=asked.node_pools,
                    after=[],
                ),
            )
            self.offer += Offer(images=one.workload.images, request=one.workload.request)
            stores[user.name] = ObjectStore(
                host=f"{gateway_name(user.name)}.{scope.namespace_name}",
                port=PORT,
                secure=False,
                region=REGION,
                bucket=asked.bucket.name,
                secret=one.secret if user.secret else pulumi.Output.from_input(asked.secret),
                access_key_name=ACCESS_KEY,
                secret_key_name=SECRET_KEY,
                access_key=pulumi.Output.from_input(user.name),
                secret_key=password.value,
                ready=one.workload.resource,
                revision=password.id,
                scheme=AZURE.scheme,
            )
        self.stores: Mapping[str, ObjectStore] = stores
        self.register_outputs({})
