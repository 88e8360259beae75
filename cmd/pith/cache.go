package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith/service/proxy"
)

func cacheCommand(p process, load loader) *cobra.Command {
	cmd := &cobra.Command{Use: "cache", Short: "Look at the cache of a running service, or flush a tenant's part", Args: exactly(cobra.NoArgs)}
	cmd.AddCommand(cacheStatsCommand(load), flushCommand(p, load))
	return cmd
}

// adminTimeout is for one question to the admin listener.
const adminTimeout = 5 * time.Second

func cacheStatsCommand(load loader) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "stats",
		Short: "Print how the cache does, as JSON",
		Long: `Print how the cache of the service does that runs here with the same configuration:
hits, misses and bytes of both layers, failures of Redis, and what waits.`,
		Args: exactly(cobra.NoArgs),
		RunE: configured(load, func(cmd *cobra.Command, c *Config, _ []string) error {
			body, err := askAdmin(cmd.Context(), c, http.MethodGet, "/cache", nil)
			if err != nil {
				return err
			}
			var out bytes.Buffer
			if err := json.Indent(&out, body, "", "  "); err != nil {
				return fmt.Errorf("the service's answer is not JSON: %w", err)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), out.String())
			return err
		}),
	}
	addSettings(cmd, "admin_listen")
	return cmd
}

// flushFlags name a tenant.
type flushFlags struct {
	key           string
	subject       string
	credentialEnv string
	header        string
	anonymous     bool
}

func flushCommand(p process, load loader) *cobra.Command {
	var f flushFlags
	cmd := &cobra.Command{
		Use:   "flush-tenant",
		Short: "Make everything that was kept for a tenant unreachable",
		Long: `Make everything that was kept for a tenant unreachable, in the service that runs here
with the same configuration at once, and in those that share its Redis within a second.
It is erased when its time ends.

A tenant is a key of pith's that has a vendor's credential (--key), or the vendor's
credential that clients send (--credential-env), or a key and the credentials that come
with it (both), or the subject of a client's certificate (--subject), or all clients
that show nothing of these (--anonymous). Conversations of the tenant begin anew: their
next requests may cost the vendor's full price once. A file of decisions
(proxy.ledger_file) keeps what is in it until its time ends.`,
		Example: `  pith cache flush-tenant --key team-a
  pith cache flush-tenant --credential-env OPENAI_API_KEY
  pith cache flush-tenant --credential-env ANTHROPIC_API_KEY --header X-Api-Key`,
		Args: exactly(cobra.NoArgs),
		RunE: configured(load, func(cmd *cobra.Command, c *Config, _ []string) error {
			tenant, err := f.tenant(c, p.getenv)
			if err != nil {
				return err
			}
			body, err := json.Marshal(map[string][]byte{"tenant": []byte(tenant)})
			if err != nil {
				return err
			}
			_, err = askAdmin(cmd.Context(), c, http.MethodPost, "/cache/flush", body)
			return err
		}),
	}
	fl := cmd.Flags()
	fl.StringVar(&f.key, "key", "", "id of a key in proxy.keys")
	fl.StringVar(&f.credentialEnv, "credential-env", "", "environment variable that has the vendor's credential")
	fl.StringVar(&f.header, "header", "Authorization", "header that clients send it in; in Authorization, as a bearer token")
	fl.BoolVar(&f.anonymous, "anonymous", false, "clients that show neither key nor credential nor certificate")
	fl.StringVar(&f.subject, "subject", "", "subject of a client's certificate")
	addSettings(cmd, "admin_listen")
	return cmd
}

func (f *flushFlags) tenant(c *Config, getenv func(string) string) (string, error) {
	b := proxy.Bearer{Key: f.key, Subject: f.subject, Header: f.header}
	if f.credentialEnv != "" {
		b.Credential = strings.TrimSpace(getenv(f.credentialEnv))
		if b.Credential == "" {
			return "", usageError{fmt.Errorf("the environment variable %s is not set", f.credentialEnv)}
		}
		if http.CanonicalHeaderKey(f.header) == "Authorization" {
			b.Credential = "Bearer " + b.Credential
		}
	}
	if shows := b.Key != "" || b.Subject != "" || b.Credential != ""; shows == f.anonymous {
		return "", usageError{errors.New("give --key, --credential-env or --subject, or --anonymous alone")}
	}
	if f.key != "" {
		i := slices.IndexFunc(c.Proxy.Keys, func(k KeyConfig) bool { return k.ID == f.key })
		if i < 0 {
			return "", usageError{fmt.Errorf("there is no key %q in proxy.keys", f.key)}
		}
		b.Own = c.Proxy.Keys[i].CredentialEnv+c.Proxy.Keys[i].CredentialFile != ""
	}
	name, err := proxy.TenantName(b)
	if err != nil {
		return "", usageError{err}
	}
	return name, nil
}

// askAdmin returns the body of a good answer.
func askAdmin(ctx context.Context, c *Config, method, path string, body []byte) ([]byte, error) {
	if c.AdminListen == "" {
		return nil, usageError{errors.New("admin_listen: the service needs an admin listener for this")}
	}
	base, err := c.adminURL()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, adminTimeout)
	defer cancel()
	res, err := ask(ctx, c, method, base+path, body)
	if err != nil {
		return nil, fmt.Errorf("no service answers on %s; is it running, with this configuration?", c.AdminListen)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("read the service's answer: %w", err)
	}
	switch {
	case res.StatusCode == http.StatusNotFound:
		return nil, errors.New("the service has no cache, or wants the admin token (admin.token)")
	case res.StatusCode >= 300:
		var problem struct {
			Title string `json:"title"`
		}
		_ = json.Unmarshal(answer, &problem)
		return nil, fmt.Errorf("the service answered %d: %s", res.StatusCode, problem.Title)
	}
	return answer, nil
}

func newRequest(ctx context.Context, method, url string, body []byte) (*http.Request, error) {
	if body == nil {
		return http.NewRequestWithContext(ctx, method, url, nil)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err == nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, err
}
