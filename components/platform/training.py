"""Where models are trained and tuned."""

from collections.abc import Mapping

import pulumi

from ..components_settings import ComponentsSettings
from ..contracts import Offer
from ..kubeflow.katib import Katib, KatibArgs, KatibSettings, database_user
from ..kubeflow.spark import Spark, SparkArgs
from ..kubeflow.trainer import Trainer, TrainerArgs
from ..kubeflow.training_operator import TrainingOperator, TrainingOperatorArgs
from ..storage import DatabaseArgs, LogicalDatabase
from ..storage.choice import DataServices
from .ground import Ground


def deploy_training(settings: ComponentsSettings, ground: Ground, data: DataServices) -> dict[str, Offer]:
    """Declare those of the area's components that are on."""
    offers: dict[str, Offer] = {}
    pools = ground.cluster.node_pools
    job_types: dict[str, pulumi.Resource] = {}
    if settings.trainer.enabled:
        trainer = Trainer(
            "trainer",
            TrainerArgs(
                settings=settings.trainer,
                namespaces=ground.namespaces,
                capabilities=ground.cluster.capabilities,
                node_pools=pools,
            ),
            ground.opts,
        )
        offers["trainer"] = trainer.offer
        job_types |= trainer.job_types
    if settings.training_operator.enabled:
        operator = TrainingOperator(
            "training-operator",
            TrainingOperatorArgs(
                settings=settings.training_operator,
                namespaces=ground.namespaces,
                capabilities=ground.cluster.capabilities,
                node_pools=pools,
            ),
            ground.opts,
        )
        offers["trainingOperator"] = operator.offer
        job_types |= operator.job_types
    if settings.spark.enabled:
        offers["spark"] = Spark(
            "spark",
            SparkArgs(
                settings=settings.spark,
                namespaces=ground.namespaces,
                capabilities=ground.cluster.capabilities,
                node_pools=pools,
            ),
            ground.opts,
        ).offer
    if settings.katib.enabled:
        offers["katib"] = _katib(settings.katib, ground, data, job_types)
    return offers


def _katib(
    settings: KatibSettings,
    ground: Ground,
    data: DataServices,
    job_types: Mapping[str, pulumi.Resource],
) -> Offer:
    """Katib with a database of its own.

    With MySQL it speaks in clear text only (katib 0.19.0, pkg/db/v1beta1/mysql), so that outside of the
    cluster it gets PostgreSQL.
    """
    engine, make = ("postgres", data.postgresql) if data.in_cloud else ("mysql", data.mysql)
    server = make(
        f"katib-{engine}",
        DatabaseArgs(
            component="katib",
            name=f"katib-{engine}",
            claim=f"katib-{engine}",
            secret=f"katib-{engine}-secrets",
            namespaces=ground.namespaces,
            storage_class=ground.cluster.storage_class,
            node_pools=ground.cluster.node_pools,
            settings=settings.database,
            databases=(
                LogicalDatabase(
                    name="katib",
                    user_key=f"{engine.upper()}_USER",
                    password_key=f"{engine.upper()}_PASSWORD",
                    used_by=[database_user(ground.namespaces)],
                ),
            ),
        ),
    )
    katib = Katib(
        "katib",
        KatibArgs(
            settings=settings,
            namespaces=ground.namespaces,
            mesh=ground.mesh,
            identity=ground.identity,
            certificates=ground.certificates,
            capabilities=ground.cluster.capabilities,
            database=server.databases["katib"],
            trial_types=job_types,
            node_pools=ground.cluster.node_pools,
        ),
        ground.opts,
    )
    return katib.offer + server.offer
