"""Logs of the control plane: a diagnostic setting that sends them to a workspace of Log Analytics."""

import pulumi
from pulumi_azure_native import containerservice, monitor, operationalinsights

from .ground import Ground


def make_logs(ground: Ground, cluster: containerservice.ManagedCluster) -> None:
    """Send the chosen logs to the given workspace or to a new one."""
    settings = ground.settings.logs
    if not settings.enabled:
        return
    monitor.DiagnosticSetting(
        ground.named("control-plane"),
        name="control-plane",
        resource_uri=cluster.id,
        workspace_id=settings.workspace_id or _workspace(ground),
        # Tables of AKS's own (AKSAudit, AKSControlPlane), which cost less to keep than AzureDiagnostics.
        log_analytics_destination_type="Dedicated",
        logs=[
            monitor.DiagnosticsLogSettingsArgs(category=category, enabled=True)
            for category in settings.categories
        ],
        opts=ground.options(),
    )


def _workspace(ground: Ground) -> pulumi.Output[str]:
    settings = ground.settings.logs
    return operationalinsights.Workspace(
        ground.named("logs"),
        resource_group_name=ground.group.name,
        location=ground.region,
        sku=operationalinsights.WorkspaceSkuArgs(name="PerGB2018"),
        retention_in_days=settings.retention_days,
        workspace_capping=(
            operationalinsights.WorkspaceCappingArgs(daily_quota_gb=float(settings.daily_gigabytes))
            if settings.daily_gigabytes
            else None
        ),
        features=operationalinsights.WorkspaceFeaturesArgs(
            disable_local_auth=True, enable_log_access_using_only_resource_permissions=True
        ),
        tags=ground.tags,
        opts=ground.options(),
    ).id
