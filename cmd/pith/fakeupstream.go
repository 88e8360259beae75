package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith/service/fakeupstream"
)

// fakeUpstreamCommand lets people try the proxy without a key, and see what it
// changes.
func fakeUpstreamCommand() *cobra.Command {
	var listen string
	var show []string
	cmd := &cobra.Command{
		Use:   "fake-upstream",
		Short: "Stand in for OpenAI and Anthropic, and print what arrives",
		Long: "Stand in for OpenAI and Anthropic until interrupted: answer every request plausibly, without a\n" +
			"model, and print what arrived. Keys are not asked for and not shown. With this as its upstream,\n" +
			"pith can be tried without a key, and what it changed can be read.\n\n" +
			"A request can ask for trouble in the header " + fakeupstream.ScriptHeader + ", for example\n" +
			"\"status=429; times=2; retry-after=1\" or \"drip=200ms; cut=1\".",
		Args: exactly(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := newArrivals(cmd.OutOrStdout(), show)
			if err != nil {
				return err
			}
			l, err := net.Listen("tcp", listen)
			if err != nil {
				return fmt.Errorf("listen: %w", err)
			}
			return fakeUpstream(cmd.Context(), l, p, cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:9090", "address")
	cmd.Flags().StringSliceVar(&show, "show", []string{"texts"}, "what to print of a request, beside a list of its messages: texts, headers, body, none")
	return cmd
}

// lastWords is how long an answer may go on after the interrupt.
const lastWords = time.Second

// fakeUpstream serves until ctx ends, and then cuts what goes on for too long.
func fakeUpstream(ctx context.Context, l net.Listener, p *arrivals, stderr io.Writer) error {
	up := fakeupstream.New(fakeupstream.Options{Log: p.print, Forget: true})
	srv := &http.Server{Handler: up, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 256 << 10}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		grace, cancel := context.WithTimeout(context.Background(), lastWords)
		defer cancel()
		if srv.Shutdown(grace) != nil {
			_ = srv.Close()
		}
	})
	base := "http://" + l.Addr().String()
	fmt.Fprintf(stderr, "pith: a fake OpenAI at %s/v1 and a fake Anthropic at %s\n", base, base)
	err := srv.Serve(l)
	if !stop() {
		<-ended
	}
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}
