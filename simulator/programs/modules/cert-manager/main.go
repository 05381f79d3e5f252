// Cert-manager's four programs in one, which acts as the one by whose name it is started.
//
// The commands of cert-manager's own repository are modules that no module index serves: they have no path of
// their own. What they start, the controllers, the admission webhooks and the injector, is in the main module,
// and is started here with the flags that its chart passes. Any other flag is refused. The path of this module
// lies below the main module's, as those of the commands do, so that Go lets it use the same packages.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cert-manager/cert-manager/internal/cmd/util"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/spf13/pflag"
	ctrl "sigs.k8s.io/controller-runtime"
)

var programs = map[string]func(context.Context, *pflag.FlagSet, []string) error{
	"controller": controller,
	"webhook":    webhook,
	"cainjector": injector,
	"acmesolver": acmesolver,
}

func main() {
	name := filepath.Base(os.Args[0])
	run, known := programs[name]
	if !known {
		fmt.Fprintf(os.Stderr, "there is no program %q: start it as controller, webhook, cainjector or acmesolver\n", name)
		os.Exit(2)
	}
	ctx, exit := util.SetupExitHandler(context.Background(), util.GracefulShutdown)
	defer exit()
	logf.InitLogs()
	defer logf.FlushLogs()
	ctrl.SetLogger(logf.Log)
	ctx = logf.NewContext(ctx, logf.Log, name)
	if err := run(ctx, pflag.NewFlagSet(name, pflag.ContinueOnError), os.Args[1:]); err != nil {
		logf.Log.Error(err, "ended", "program", name)
		util.SetExitCode(err)
	}
}
