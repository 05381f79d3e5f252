package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/cert-manager/cert-manager/pkg/issuer/acme/http/solver"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/spf13/pflag"
)

// acmesolver answers one HTTP challenge of an ACME server.
func acmesolver(ctx context.Context, flags *pflag.FlagSet, arguments []string) error {
	answers := &solver.HTTP01Solver{}
	flags.IntVar(&answers.ListenPort, "listen-port", 8089, "where it listens")
	flags.StringVar(&answers.Domain, "domain", "", "the domain that is proved")
	flags.StringVar(&answers.Token, "token", "", "the challenge's token")
	flags.StringVar(&answers.Key, "key", "", "what is answered")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	go func() {
		<-ctx.Done()
		_ = answers.Close()
	}()
	if err := answers.Listen(logf.FromContext(ctx)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
