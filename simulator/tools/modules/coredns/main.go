// CoreDNS with no other plugins than those that the DNS of a live cluster is made of.
package main

import (
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	_ "github.com/coredns/coredns/plugin/template"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
)

func init() {
	// From the first that sees a question to the last, in the order of CoreDNS' own plugin.cfg.
	dnsserver.Directives = []string{
		"bind", "errors", "loadbalance", "template", "kubernetes",
	}
}

func main() {
	coremain.Run()
}
