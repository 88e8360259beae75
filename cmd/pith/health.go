package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

// healthTimeout is for all of the question whether a service is ready.
const healthTimeout = 2 * time.Second

func healthCommand(load loader) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "health",
		Short: "Say whether the service is ready",
		Long: `Ask the service that runs here with the same configuration whether it is ready.
The exit status is 0 if it is and 1 if it is not, as container engines want it.`,
		Args: exactly(cobra.NoArgs),
		RunE: configured(load, func(cmd *cobra.Command, c *Config, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), healthTimeout)
			defer cancel()
			if err := ready(ctx, c); err != nil {
				return fmt.Errorf("not ready: %w", err)
			}
			return nil
		}),
	}
	addSettings(cmd, "listen", "admin_listen")
	return cmd
}

func ready(ctx context.Context, c *Config) error {
	if c.AdminListen == "" && c.TLS.ClientCAFile != "" {
		return errors.New("the service wants certificates of its clients; give it an admin_listen to be asked on")
	}
	base, err := c.adminURL()
	if err != nil {
		return err
	}
	res, err := ask(ctx, c, http.MethodGet, base+"/readyz", nil)
	if err != nil {
		return errors.New("no answer")
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return nil
}

// adminURL is where the service's admin listener is, or the API if there is none, as
// seen from this machine.
func (c *Config) adminURL() (string, error) {
	listen, scheme := c.AdminListen, "http"
	if listen == "" {
		listen = c.Listen
		if c.TLS.CertFile != "" {
			scheme = "https"
		}
	}
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port), nil
}

// ask sends one request to the service on this machine, by the name that its admin
// listener always has. A certificate is for the name that others call it by, so it is
// not checked.
func ask(ctx context.Context, c *Config, method, url string, body []byte) (*http.Response, error) {
	req, err := newRequest(ctx, method, url, body)
	if err != nil {
		return nil, err
	}
	req.Host = "localhost"
	if c.Admin.Token != "" && c.AdminListen != "" {
		req.Header.Set("Authorization", "Bearer "+c.Admin.Token)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}}}
	return client.Do(req)
}
