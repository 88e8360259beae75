package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/arms"
)

// servedState is what results of the service at url depend on beside their input: its
// methods with their versions and models.
func servedState(url, key string) (string, error) {
	req, err := http.NewRequest(http.MethodGet, serviceURL(url)+"/compressors", nil)
	if err != nil {
		return "", usageError{fmt.Errorf("--url %s: %w", url, err)}
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	client := http.Client{Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return "", usageError{fmt.Errorf("--url: %w; is pith running there?", err)}
	}
	defer res.Body.Close()
	if err := arms.Redirected(res); err != nil {
		return "", usageError{fmt.Errorf("--url: %w", err)}
	}
	var list struct {
		Data []map[string]any `json:"data"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&list); err != nil || res.StatusCode != http.StatusOK {
		return "", usageError{fmt.Errorf("--url %s: this is no pith that answers: GET /v1/compressors has status %d", url, res.StatusCode)}
	}
	h := sha256.New()
	for _, m := range list.Data {
		delete(m, "loaded") // comes and goes
	}
	if err := json.NewEncoder(h).Encode(list); err != nil {
		return "", fmt.Errorf("--url: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// evalState stands for this build in the states of results. The linker sets it, in builds
// that differ in nothing but how they report; otherwise it is the program's digest.
var evalState string

// programState is what all results of this program depend on beside their input.
func programState() (string, error) {
	if evalState != "" {
		return evalState, nil
	}
	exe, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	f, err := os.Open(exe)
	if err != nil {
		return "", fmt.Errorf("open this program: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read this program: %w", err)
	}
	return fmt.Sprintf("%s %x", version, h.Sum(nil)[:8]), nil
}

// baselineState is what a baseline's results depend on beside the program.
func baselineState(name string, seed uint64, items []eval.Item) string {
	switch name {
	case "random":
		return fmt.Sprintf(" seed %d", seed)
	case "idf":
		h := sha256.New()
		for _, it := range items {
			fmt.Fprintf(h, "%d:%s", len(it.Context), it.Context)
		}
		return " words of " + hex.EncodeToString(h.Sum(nil)[:8])
	}
	return ""
}
