package main

import (
	"github.com/cert-manager/cert-manager/internal/apis/config/shared"
	utilfeature "github.com/cert-manager/cert-manager/pkg/util/feature"
	"github.com/spf13/pflag"
	cliflag "k8s.io/component-base/cli/flag"
)

// election adds the flags about who of several acts. Two pods of a program share one lease.
func election(flags *pflag.FlagSet, to *shared.LeaderElectionConfig) {
	flags.BoolVar(&to.Enabled, "leader-elect", to.Enabled, "act only while holding the lease")
	flags.StringVar(&to.Namespace, "leader-election-namespace", to.Namespace, "namespace of the lease")
	flags.DurationVar(&to.LeaseDuration, "leader-election-lease-duration", to.LeaseDuration, "how long a lease lasts")
	flags.DurationVar(&to.RenewDeadline, "leader-election-renew-deadline", to.RenewDeadline, "when to give up renewing")
	flags.DurationVar(&to.RetryPeriod, "leader-election-retry-period", to.RetryPeriod, "how often to try")
}

func features(flags *pflag.FlagSet, to *map[string]bool) {
	flags.Var(cliflag.NewMapStringBool(to), "feature-gates", "features that are on or off")
}

// settle makes what the flags said about features known to all packages.
func settle(gates map[string]bool) error {
	return utilfeature.DefaultMutableFeatureGate.SetFromMap(gates)
}
