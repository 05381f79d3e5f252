package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"

	config "github.com/cert-manager/cert-manager/internal/apis/config/controller"
	"github.com/cert-manager/cert-manager/internal/apis/config/controller/scheme"
	"github.com/cert-manager/cert-manager/internal/apis/config/controller/v1alpha1"
	"github.com/cert-manager/cert-manager/internal/apis/config/controller/validation"
	versioned "github.com/cert-manager/cert-manager/pkg/apis/config/controller/v1alpha1"
	base "github.com/cert-manager/cert-manager/pkg/controller"
	"github.com/cert-manager/cert-manager/pkg/healthz"
	dns "github.com/cert-manager/cert-manager/pkg/issuer/acme/dns/util"
	logf "github.com/cert-manager/cert-manager/pkg/logs"

	// Each of these makes its issuers known.
	_ "github.com/cert-manager/cert-manager/pkg/issuer/acme"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/selfsigned"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/vault"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/venafi"
)

const lease = "cert-manager-controller"

// controller runs all controllers that are on unless they are asked for, as far as `--controllers` leaves them.
func controller(ctx context.Context, flags *pflag.FlagSet, arguments []string) error {
	options, err := defaults()
	if err != nil {
		return err
	}
	describe(flags, options)
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if err := settle(options.FeatureGates); err != nil {
		return err
	}
	if problems := validation.ValidateControllerConfiguration(options, nil); len(problems) > 0 {
		return problems.ToAggregate()
	}
	if err := logf.ValidateAndApply(&options.Logging); err != nil {
		return err
	}
	factory, err := contexts(ctx, options)
	if err != nil {
		return err
	}
	return control(ctx, options, factory)
}

func defaults() (*config.ControllerConfiguration, error) {
	known, _, err := scheme.NewSchemeAndCodecs()
	if err != nil {
		return nil, err
	}
	given, options := &versioned.ControllerConfiguration{}, &config.ControllerConfiguration{}
	known.Default(given)
	return options, known.Convert(given, options, nil)
}

func describe(flags *pflag.FlagSet, to *config.ControllerConfiguration) {
	election(flags, &to.LeaderElectionConfig.LeaderElectionConfig)
	features(flags, &to.FeatureGates)
	logf.AddFlags(&to.Logging, flags)
	shim, dns01 := &to.IngressShimConfig, &to.ACMEDNS01Config
	flags.StringVar(&to.ClusterResourceNamespace, "cluster-resource-namespace", to.ClusterResourceNamespace, "where Secrets of ClusterIssuers are")
	flags.StringSliceVar(&to.Controllers, "controllers", to.Controllers, "names, those that are off after a hyphen, * for all usual ones")
	flags.IntVar(&to.MaxConcurrentChallenges, "max-concurrent-challenges", to.MaxConcurrentChallenges, "ACME challenges at a time")
	flags.StringVar(&to.ACMEHTTP01Config.SolverImage, "acme-http01-solver-image", to.ACMEHTTP01Config.SolverImage, "image that answers HTTP challenges")
	flags.StringSliceVar(&dns01.RecursiveNameservers, "dns01-recursive-nameservers", dns01.RecursiveNameservers, "host:port of name servers")
	flags.BoolVar(&dns01.RecursiveNameserversOnly, "dns01-recursive-nameservers-only", dns01.RecursiveNameserversOnly, "ask no others")
	flags.StringVar(&shim.DefaultIssuerName, "default-issuer-name", shim.DefaultIssuerName, "issuer of Ingresses that name none")
	flags.StringVar(&shim.DefaultIssuerKind, "default-issuer-kind", shim.DefaultIssuerKind, "its kind")
	flags.StringVar(&shim.DefaultIssuerGroup, "default-issuer-group", shim.DefaultIssuerGroup, "its API group")
	flags.BoolVar(&to.EnableCertificateOwnerRef, "enable-certificate-owner-ref", to.EnableCertificateOwnerRef, "Secrets go with their Certificates")
	flags.BoolVar(&to.EnableGatewayAPI, "enable-gateway-api", to.EnableGatewayAPI, "serve Gateways too")
}

// contexts says how each controller reaches the API server, and what they are told.
func contexts(ctx context.Context, options *config.ControllerConfiguration) (*base.ContextFactory, error) {
	http01, dns01, shim := &options.ACMEHTTP01Config, &options.ACMEDNS01Config, &options.IngressShimConfig
	servers := dns01.RecursiveNameservers
	if len(servers) == 0 {
		servers = dns.RecursiveNameservers
	}
	acme := base.ACMEOptions{
		// No flag of ours sets these, so they are cert-manager's own.
		HTTP01SolverResourceRequestCPU:    resource.MustParse(http01.SolverResourceRequestCPU),
		HTTP01SolverResourceRequestMemory: resource.MustParse(http01.SolverResourceRequestMemory),
		HTTP01SolverResourceLimitsCPU:     resource.MustParse(http01.SolverResourceLimitsCPU),
		HTTP01SolverResourceLimitsMemory:  resource.MustParse(http01.SolverResourceLimitsMemory),
		HTTP01SolverImage:                 http01.SolverImage,
		HTTP01SolverNameservers:           http01.SolverNameservers,
		ACMEHTTP01SolverRunAsNonRoot:      http01.SolverRunAsNonRoot,
		DNS01Nameservers:                  servers,
		DNS01CheckRetryPeriod:             dns01.CheckRetryPeriod,
		DNS01CheckAuthoritative:           !dns01.RecursiveNameserversOnly,
	}
	return base.NewContextFactory(ctx, base.ContextOptions{
		KubernetesAPIQPS:   options.KubernetesAPIQPS,
		KubernetesAPIBurst: options.KubernetesAPIBurst,
		ACMEOptions:        acme,
		SchedulerOptions:   base.SchedulerOptions{MaxConcurrentChallenges: options.MaxConcurrentChallenges},
		IssuerOptions: base.IssuerOptions{
			ClusterIssuerAmbientCredentials: options.ClusterIssuerAmbientCredentials,
			IssuerAmbientCredentials:        options.IssuerAmbientCredentials,
			ClusterResourceNamespace:        options.ClusterResourceNamespace,
		},
		IngressShimOptions: base.IngressShimOptions{
			DefaultIssuerName:                 shim.DefaultIssuerName,
			DefaultIssuerKind:                 shim.DefaultIssuerKind,
			DefaultIssuerGroup:                shim.DefaultIssuerGroup,
			DefaultAutoCertificateAnnotations: shim.DefaultAutoCertificateAnnotations,
			ExtraCertificateAnnotations:       shim.ExtraCertificateAnnotations,
		},
		CertificateOptions: base.CertificateOptions{
			EnableOwnerRef:                           options.EnableCertificateOwnerRef,
			CopiedAnnotationPrefixes:                 options.CopiedAnnotationPrefixes,
			CertificateRequestMinimumBackoffDuration: options.CertificateRequestMinimumBackoffDuration,
		},
		ConfigOptions: base.ConfigOptions{EnableGatewayAPI: options.EnableGatewayAPI},
	})
}

// control serves metrics and health, and the controllers once this is the one pod that acts.
func control(ctx context.Context, options *config.ControllerConfiguration, factory *base.ContextFactory) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	own, err := factory.Build()
	if err != nil {
		return err
	}
	if err := serve(ctx, group, options, own); err != nil {
		return err
	}
	health, err := (&net.ListenConfig{}).Listen(ctx, "tcp", options.HealthzListenAddress)
	if err != nil {
		return err
	}
	healthy := healthz.NewServer(options.LeaderElectionConfig.HealthzTimeout)
	group.Go(func() error { return healthy.Start(ctx, health) })
	elected := make(chan struct{})
	if options.LeaderElectionConfig.Enabled {
		group.Go(func() error { return lead(ctx, options, factory, healthy.LeaderHealthzAdaptor, elected) })
	} else {
		close(elected)
	}
	select {
	case <-ctx.Done():
		return group.Wait()
	case <-elected:
	}
	on := enabled(options)
	for name, construct := range base.Known() {
		if !on[name] {
			continue
		}
		each, err := construct(factory)
		if err != nil {
			cancel()
			return errors.Join(fmt.Errorf("controller %s: %w", name, err), group.Wait())
		}
		group.Go(func() error { return each.Run(options.NumberOfConcurrentWorkers, ctx) })
	}
	own.SharedInformerFactory.Start(ctx.Done())
	own.KubeSharedInformerFactory.Start(ctx.Done())
	own.HTTP01ResourceMetadataInformersFactory.Start(ctx.Done())
	if options.EnableGatewayAPI {
		own.GWShared.Start(ctx.Done())
	}
	return group.Wait()
}

func enabled(options *config.ControllerConfiguration) map[string]bool {
	on := map[string]bool{}
	usual := func() {
		for _, name := range v1alpha1.DefaultEnabledControllers {
			on[name] = true
		}
	}
	var off []string
	for _, name := range options.Controllers {
		switch {
		case name == "*":
			usual()
		case name[0] == '-':
			off = append(off, name[1:])
		default:
			on[name] = true
		}
	}
	if len(on) == 0 {
		usual()
	}
	if options.EnableGatewayAPI {
		on["gateway-shim"] = true
	}
	for _, name := range off {
		delete(on, name)
	}
	return on
}

func serve(ctx context.Context, group *errgroup.Group, options *config.ControllerConfiguration, own *base.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", options.MetricsListenAddress)
	if err != nil {
		return err
	}
	issued := own.SharedInformerFactory.Certmanager().V1()
	own.Metrics.SetupACMECollector(own.SharedInformerFactory.Acme().V1().Challenges().Lister())
	own.Metrics.SetupCertificateCollector(issued.Certificates().Lister())
	own.Metrics.SetupIssuerCollector(issued.Issuers().Lister())
	own.Metrics.SetupClusterIssuerCollector(issued.ClusterIssuers().Lister())
	server := own.Metrics.NewServer(listener)
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		return server.Close()
	})
	return nil
}

// lead holds the lease, and closes `elected` once it has it. It returns when the lease is lost.
func lead(
	ctx context.Context,
	options *config.ControllerConfiguration,
	factory *base.ContextFactory,
	watch *leaderelection.HealthzAdaptor,
	elected chan struct{},
) error {
	own, err := factory.Build("leader-election")
	if err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	lock, err := resourcelock.NewWithLabels(
		resourcelock.LeasesResourceLock,
		options.LeaderElectionConfig.Namespace,
		lease,
		own.Client.CoreV1(),
		own.Client.CoordinationV1(),
		resourcelock.ResourceLockConfig{Identity: host + "-external-" + lease, EventRecorder: own.Recorder},
		map[string]string{"app.kubernetes.io/managed-by": "cert-manager"},
	)
	if err != nil {
		return err
	}
	elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock:            lock,
		LeaseDuration:   options.LeaderElectionConfig.LeaseDuration,
		RenewDeadline:   options.LeaderElectionConfig.RenewDeadline,
		RetryPeriod:     options.LeaderElectionConfig.RetryPeriod,
		ReleaseOnCancel: true,
		WatchDog:        watch,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(context.Context) { close(elected) },
			OnStoppedLeading: func() {},
		},
	})
	if err != nil {
		return err
	}
	elector.Run(ctx)
	if ctx.Err() == nil {
		return errors.New("the lease was lost to another")
	}
	return nil
}
