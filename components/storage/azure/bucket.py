"""A bucket in Azure Blob Storage behind S3 gateways, one for each user, each with an identity of its own.

What runs pipelines speaks S3 and wants keys, and Blob Storage speaks neither. A gateway has the rights of its
user and no more; Azure checks them. Pods of a team's service account may be the same identity, and so use the
team's part of the container with Azure's own tools. Offers contracts.ObjectStore for each user.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from ...contracts import Caller, ObjectStore, Offer
from ...dynamic import GeneratedPassword
from ...kube.scope import Scope
from ..data_settings import CloudBucketSettings
from ..object_store import ACCESS_KEY, SECRET_KEY, Account, ObjectStoreArgs, StoreUser
from ..server import passwords
from .account import BlobAccount, make_account
from .encryption import Key
from .gateway import PORT, REGION, GatewayArgs, gateway, gateway_name
from .place import AzureData
from .rights import Granted, grant, make_roles, trust
from .traits import AZURE

# What AKS's webhook asks for (Azure/azure-workload-identity v1.6.0, pkg/webhook/consts.go).
CLIENT_ID = "azure.workload.identity/client-id"
USE = "azure.workload.identity/use"


@dataclass(frozen=True, kw_only=True)
class BlobStoreArgs:
    """What a bucket is made from.

    Attributes:
        asked: what the component asks of a store, wherever it is.
        accounts: by user the service account whose pods are that user.
        key: what encrypts it; None for Azure's own.
    """

    settings: CloudBucketSettings
    asked: ObjectStoreArgs
    accounts: Mapping[str, Account]
    place: AzureData
    key: Key | None


class BlobStore(pulumi.ComponentResource):
    """A bucket.

    Attributes:
        stores: the contract of each user, by name.
        offer: the gateways' image and what they reserve.
    """

    stores: Mapping[str, ObjectStore]
    offer: Offer

    def __init__(self, name: str, args: BlobStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:storage:Blob", name, None, opts)
        asked, settings, place = args.asked, args.settings.gateway, args.place
        scope = Scope(component=asked.component, parent=self, namespaces=asked.namespaces)
        made = passwords(scope, [f"blob-{user.name}" for user in asked.users], settings.keys_version)
        account = make_account(place, self, args.settings, asked.bucket, args.key)
        roles = make_roles(place, self)
        self.offer = Offer()
        stores: dict[str, ObjectStore] = {}
        for user in asked.users:
            stores[user.name] = self._store(
                scope,
                args,
                user,
                account=account,
                granted=grant(place, self, user, roles.of(user), account.container),
                password=made[f"blob-{user.name}"],
            )
        self.stores = stores
        self.register_outputs({})

    def _store(
        self,
        scope: Scope,
        args: BlobStoreArgs,
        user: StoreUser,
        *,
        account: BlobAccount,
        granted: Granted,
        password: GeneratedPassword,
    ) -> ObjectStore:
        asked, place, name = args.asked, args.place, gateway_name(user.name)
        own = Account(namespace=scope.namespace_name, name=name)
        # Kubeflow's own programs have their gateway; pods of a team may also be its identity themselves.
        theirs = args.accounts[user.name]
        itself = theirs.namespace != scope.namespace_name
        trusted = trust(place, self, granted, place.name(name), [own, theirs] if itself else [own])
        made = gateway(
            scope,
            GatewayArgs(
                settings=args.settings.gateway,
                user=user,
                password=password,
                address=account.address,
                client_id=granted.identity.client_id,
                tenant_id=place.cloud.tenant_id,
                mesh=asked.mesh.mesh if asked.mesh else None,
                callers=_callers(user, theirs, asked.users, elsewhere=itself),
                node_pools=asked.node_pools,
                after=[granted.ready, *trusted[:1], *account.ready],
            ),
        )
        self.offer += Offer(images=made.workload.images, request=made.workload.request)
        return ObjectStore(
            host=f"{name}.{scope.namespace_name}",
            port=PORT,
            secure=False,
            region=REGION,
            bucket=asked.bucket.name,
            # What users elsewhere look for, as with the store in the cluster.
            secret=made.secret if user.secret else pulumi.Output.from_input(asked.secret),
            access_key_name=ACCESS_KEY,
            secret_key_name=SECRET_KEY,
            access_key=pulumi.Output.from_input(user.name),
            secret_key=password.value,
            ready=made.workload.resource,
            revision=password.id,
            scheme=AZURE.scheme,
            account_annotations={CLIENT_ID: granted.identity.client_id} if itself else {},
            pod_labels={USE: "true"} if itself else {},
            environment=_native(account, asked.bucket.name) if itself else {},
        )


def _callers(
    user: StoreUser, account: Account, users: Sequence[StoreUser], *, elsewhere: bool
) -> list[Caller]:
    """Who has the keys: of a team its own pods, and the pages, which may read artifacts by a team's keys."""
    if not elsewhere:
        return [user.used_by]
    readers = [one.used_by for one in users if one.everything and not one.writes]
    return [Caller(namespace=account.namespace), *readers]


def _native(account: BlobAccount, container: str) -> Mapping[str, pulumi.Input[str]]:
    """Where the container is, for those who use it with Azure's own tools."""
    return {
        # As the command line of Azure and adlfs call it.
        "AZURE_STORAGE_ACCOUNT": account.name,
        "AZURE_STORAGE_ACCOUNT_NAME": account.name,
        "AZURE_STORAGE_CONTAINER": container,
    }
